// express-pouchdb on LevelDB, as its README starts it. Prints {"listening": url}; databases lie in the folder named.
const path = require('path');
const express = require('express');
const PouchDB = require('pouchdb');

const folder = process.argv[2];
const app = express();
app.use('/', require('express-pouchdb')(PouchDB.defaults({ prefix: folder + path.sep }), {
  configPath: path.join(folder, 'config.json'),
  logPath: path.join(folder, 'log.txt'),
}));
const listening = app.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ listening: `http://127.0.0.1:${listening.address().port}` }));
});
process.on('SIGTERM', () => process.exit(0));
