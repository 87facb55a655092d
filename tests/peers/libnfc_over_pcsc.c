/* The part of libnfc that mrtdreader calls, on top of PC/SC: the reader's name stands in PCSC_READER.
 *
 *   gcc -shared -fPIC -I/usr/include/PCSC -o libnfc_over_pcsc.so libnfc_over_pcsc.c -lpcsclite
 *   LD_PRELOAD=./libnfc_over_pcsc.so mrtdreader …
 *
 * Its types are opaque to the caller, so no header of libnfc is needed.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <winscard.h>

#define MOST 65538

static SCARDCONTEXT service;
static SCARDHANDLE card;
static DWORD protocol;

void nfc_init(void **context) { *context = &service; }
void nfc_exit(void *context) { (void)context; }

const char *nfc_device_get_name(void *device) { (void)device; return getenv("PCSC_READER"); }
int nfc_device_set_property_bool(void *device, int property, bool on) { (void)device; (void)property; (void)on; return 0; }
int nfc_initiator_init(void *device) { (void)device; return 0; }
void nfc_perror(void *device, const char *what) { (void)device; fprintf(stderr, "%s\n", what); }

size_t nfc_list_devices(void *context, char names[][1024], size_t room)
{
    (void)context;
    if (room == 0 || getenv("PCSC_READER") == NULL)
        return 0;
    snprintf(names[0], 1024, "%s", getenv("PCSC_READER"));
    return 1;
}

void *nfc_open(void *context, const char *name)
{
    (void)context; (void)name;
    if (SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &service) != SCARD_S_SUCCESS)
        return NULL;
    return &card;
}

void nfc_close(void *device)
{
    (void)device;
    SCardDisconnect(card, SCARD_RESET_CARD);
    SCardReleaseContext(service);
}

/* libnfc hands the modulation over by value (two enums) and fills in what it found; nobody here looks at it. */
int nfc_initiator_select_passive_target(void *device, uint64_t modulation, const uint8_t *data, size_t size, void *found)
{
    (void)device; (void)modulation; (void)data; (void)size; (void)found;
    LONG done = SCardConnect(service, getenv("PCSC_READER"), SCARD_SHARE_EXCLUSIVE,
                             SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &card, &protocol);
    return done == SCARD_S_SUCCESS ? 1 : 0;
}

int nfc_initiator_transceive_bytes(void *device, const uint8_t *sent, size_t sent_size, uint8_t *got, size_t got_size,
                                   int timeout)
{
    static uint8_t answer[MOST];
    DWORD length = MOST;
    const SCARD_IO_REQUEST *how = protocol == SCARD_PROTOCOL_T0 ? SCARD_PCI_T0 : SCARD_PCI_T1;
    (void)device; (void)timeout;
    if (SCardTransmit(card, how, sent, sent_size, NULL, answer, &length) != SCARD_S_SUCCESS || length > got_size)
        return -1;
    memcpy(got, answer, length);
    return (int)length;
}
