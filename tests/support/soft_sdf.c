/* A cryptographic device by GM/T 0018 that is a directory, named by SOFT_SDF:

       1.pem, 2.pem, ...   SM2 keys by index, PKCS#8, not encrypted
       password            of every key's access right; no file: no right is needed
       fault               while it exists, every signature is wrong in one bit

   Take the directory away, and the device is unplugged: every function says so. */
#include <stdlib.h>
#include <sys/stat.h>

#include "soft_sm2.h"

enum {
    SDR_OK = 0,
    SDR_COMMFAIL = 0x01000003,
    SDR_PARDENY = 0x01000007,
    SDR_KEYNOTEXIST = 0x01000008,
    SDR_SIGNERR = 0x0100000D,
    SDR_PRKRERR = 0x01000018,
    SDR_INARGERR = 0x0100001D
};

typedef struct { unsigned int bits; unsigned char x[64]; unsigned char y[64]; } ECCrefPublicKey;
typedef struct { unsigned char r[64]; unsigned char s[64]; } ECCSignature;
typedef struct { unsigned int allowed; } Session;

static int handles = 0; /* devices and sessions that are open */

static int exists(const char *name, char path[512]) {
    struct stat found;
    const char *directory = getenv("SOFT_SDF");
    snprintf(path, 512, "%s/%s", directory == NULL ? "" : directory, name);
    return stat(path, &found) == 0;
}

static int plugged(void) {
    char path[512];
    return exists(".", path);
}

static EVP_PKEY *key_at(unsigned int index) {
    char name[16], path[512];
    snprintf(name, sizeof name, "%u.pem", index);
    return exists(name, path) ? soft_key(path) : NULL;
}

int soft_sdf_handles(void) { return handles; }

int SDF_OpenDevice(void **device) {
    if (!plugged()) return SDR_COMMFAIL;
    *device = malloc(1);
    handles++;
    return SDR_OK;
}

int SDF_CloseDevice(void *device) {
    free(device);
    handles--;
    return SDR_OK;
}

int SDF_OpenSession(void *device, void **session) {
    if (!plugged()) return SDR_COMMFAIL;
    if (device == NULL) return SDR_INARGERR;
    *session = calloc(1, sizeof(Session));
    handles++;
    return SDR_OK;
}

int SDF_CloseSession(void *session) {
    free(session);
    handles--;
    return SDR_OK;
}

int SDF_ExportSignPublicKey_ECC(void *session, unsigned int index, ECCrefPublicKey *out) {
    unsigned char point[64];
    if (!plugged()) return SDR_COMMFAIL;
    EVP_PKEY *key = key_at(index);
    if (session == NULL || key == NULL) return SDR_KEYNOTEXIST;
    memset(out, 0, sizeof *out);
    out->bits = 256;
    soft_public(key, point);
    memcpy(out->x + 32, point, 32);
    memcpy(out->y + 32, point + 32, 32);
    EVP_PKEY_free(key);
    return SDR_OK;
}

int SDF_GetPrivateKeyAccessRight(void *session, unsigned int index, unsigned char *password,
                                 unsigned int length) {
    char path[512], expected[64] = "";
    if (!plugged()) return SDR_COMMFAIL;
    if (exists("password", path)) {
        FILE *file = fopen(path, "r");
        size_t read = fread(expected, 1, sizeof expected - 1, file);
        fclose(file);
        if (read != length || memcmp(expected, password, length) != 0) return SDR_PRKRERR;
    }
    ((Session *)session)->allowed = index;
    return SDR_OK;
}

int SDF_ReleasePrivateKeyAccessRight(void *session, unsigned int index) {
    if (((Session *)session)->allowed == index) ((Session *)session)->allowed = 0;
    return SDR_OK;
}

int SDF_InternalSign_ECC(void *session, unsigned int index, unsigned char *digest, unsigned int length,
                         ECCSignature *out) {
    char path[512];
    unsigned char signature[64];
    if (!plugged()) return SDR_COMMFAIL;
    if (length != 32) return SDR_INARGERR;
    if (exists("password", path) && ((Session *)session)->allowed != index) return SDR_PARDENY;
    EVP_PKEY *key = key_at(index);
    if (key == NULL) return SDR_KEYNOTEXIST;
    int done = soft_sign(key, digest, length, signature);
    EVP_PKEY_free(key);
    if (!done) return SDR_SIGNERR;
    if (exists("fault", path)) signature[63] ^= 1;
    memset(out, 0, sizeof *out);
    memcpy(out->r + 32, signature, 32);
    memcpy(out->s + 32, signature + 32, 32);
    return SDR_OK;
}
