/* A PKCS#11 library around SoftHSM2 that minds its PIN as a card does, three wrong tries and it locks, and that breaks
 * where it is told to. SoftHSM2 itself counts nothing and never breaks.
 *
 * STRICT_TOKEN names a folder: `tries` holds how many tries are left, `logins` how often a PIN was tried, `fault` one
 * line, WHAT N: at the Nth signature of the process crash, hang, be gone, refuse, garble it; at any N, deaf at the list
 * of slots, expired at the PIN.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef unsigned long ulong_t;
typedef ulong_t (*call_t)();
enum { GET_SLOT_LIST = 4, GET_TOKEN_INFO = 6, LOGIN = 18, SIGN = 43, FUNCTIONS = 68 };
struct list { unsigned char version[2]; call_t call[FUNCTIONS]; };

static struct list *real, ours;
static int signatures;

static FILE *open_file(const char *name, const char *mode) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", getenv("STRICT_TOKEN"), name);
    return fopen(path, mode);
}

static int number(const char *name, int otherwise) {
    FILE *file = open_file(name, "r");
    if (!file) return otherwise;
    if (fscanf(file, "%d", &otherwise) != 1) otherwise = 0;
    fclose(file);
    return otherwise;
}

static void note(const char *name, int value) {
    FILE *file = open_file(name, "w");
    fprintf(file, "%d", value);
    fclose(file);
}

static int faulty(const char *what, int at) {
    char said[32] = "";
    int when = 0;
    FILE *file = open_file("fault", "r");
    if (!file) return 0;
    int found = fscanf(file, "%31s %d", said, &when);
    fclose(file);
    return found == 2 && !strcmp(said, what) && at >= when;
}

static ulong_t slot_list(unsigned char present, ulong_t *slots, ulong_t *count) {
    if (faulty("deaf", 1)) for (;;) pause();
    return real->call[GET_SLOT_LIST](present, slots, count);
}

static ulong_t token_info(ulong_t slot, unsigned char *info) {
    ulong_t done = real->call[GET_TOKEN_INFO](slot, info);
    ulong_t *flags = (ulong_t *)(info + 96); /* after label, manufacturer, model, serial number */
    int left = number("tries", 3);
    if (done) return done;
    *flags &= ~0x70000ul;
    if (left < 3) *flags |= 0x10000;
    if (left == 1) *flags |= 0x20000;
    if (left == 0) *flags |= 0x40000;
    return done;
}

static ulong_t login(ulong_t session, ulong_t user, unsigned char *pin, ulong_t length) {
    int left = number("tries", 3);
    if (user != 1) return real->call[LOGIN](session, user, pin, length);
    note("logins", number("logins", 0) + 1);
    if (left == 0) return 0xA4; /* CKR_PIN_LOCKED */
    if (faulty("expired", 1)) return 0xA3; /* CKR_PIN_EXPIRED */
    ulong_t done = real->call[LOGIN](session, user, pin, length);
    if (done == 0xA0) note("tries", left - 1); /* CKR_PIN_INCORRECT */
    if (done == 0) note("tries", 3);
    return done;
}

static ulong_t sign(ulong_t session, unsigned char *data, ulong_t length, unsigned char *made, ulong_t *size) {
    if (made) signatures++;
    if (made && faulty("crash", signatures)) abort();
    if (made && faulty("hang", signatures)) for (;;) pause();
    if (made && faulty("gone", signatures)) return 0x32; /* CKR_DEVICE_REMOVED */
    if (made && faulty("refuse", signatures)) return 0x05; /* CKR_GENERAL_ERROR */
    ulong_t done = real->call[SIGN](session, data, length, made, size);
    if (made && !done && faulty("garble", signatures)) made[*size / 2] ^= 1;
    return done;
}

ulong_t C_GetFunctionList(struct list **list) {
    void *library = dlopen(SOFTHSM, RTLD_NOW | RTLD_LOCAL);
    call_t get = library ? (call_t)dlsym(library, "C_GetFunctionList") : 0;
    if (!get || get(&real)) return 0x05;
    memcpy(&ours, real, sizeof ours);
    ours.call[GET_SLOT_LIST] = (call_t)slot_list;
    ours.call[GET_TOKEN_INFO] = (call_t)token_info;
    ours.call[LOGIN] = (call_t)login;
    ours.call[SIGN] = (call_t)sign;
    *list = &ours;
    return 0;
}
