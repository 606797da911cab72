/* SoftHSM with a vendor's mechanism for SM2, 0x80000101, over 32-byte digests: what a token of a Chinese vendor
   offers and SoftHSM does not. Everything else is SoftHSM's own (SOFTHSM2_LIBRARY names it).

   Whatever key object is asked to sign with that mechanism, the key in the PEM file SOFT_SM2_KEY signs. */
#include <dlfcn.h>
#include <stdlib.h>

#include "soft_sm2.h"

typedef unsigned long CK_ULONG;
typedef struct { CK_ULONG mechanism; void *parameter; CK_ULONG length; } CK_MECHANISM;
typedef void (*Function)(void);
/* CK_FUNCTION_LIST of PKCS#11 v2.40: the version, then 68 functions in the order of the standard. */
typedef struct { unsigned char major, minor; Function functions[68]; } CK_FUNCTION_LIST;

enum { GET_MECHANISM_LIST = 7, SIGN_INIT = 42, SIGN = 43 };
enum { CKR_OK = 0, CKR_FUNCTION_FAILED = 6, CKR_BUFFER_TOO_SMALL = 0x150 };
#define SM2_DIGEST 0x80000101UL

typedef CK_ULONG (*GetMechanismList)(CK_ULONG slot, CK_ULONG *list, CK_ULONG *count);
typedef CK_ULONG (*SignInit)(CK_ULONG session, CK_MECHANISM *mechanism, CK_ULONG key);
typedef CK_ULONG (*Sign)(CK_ULONG session, unsigned char *data, CK_ULONG length, unsigned char *signature,
                         CK_ULONG *signature_length);

static CK_FUNCTION_LIST *softhsm;
static CK_FUNCTION_LIST ours;
static int sm2;

static CK_ULONG get_mechanism_list(CK_ULONG slot, CK_ULONG *list, CK_ULONG *count) {
    CK_ULONG room = *count;
    CK_ULONG result = ((GetMechanismList)softhsm->functions[GET_MECHANISM_LIST])(slot, list, count);
    if (result != CKR_OK) return result;
    if (list != NULL && *count < room) list[*count] = SM2_DIGEST;
    *count += 1;
    return list != NULL && *count > room ? CKR_BUFFER_TOO_SMALL : CKR_OK;
}

static CK_ULONG sign_init(CK_ULONG session, CK_MECHANISM *mechanism, CK_ULONG key) {
    sm2 = mechanism->mechanism == SM2_DIGEST;
    return sm2 ? CKR_OK : ((SignInit)softhsm->functions[SIGN_INIT])(session, mechanism, key);
}

static CK_ULONG sign(CK_ULONG session, unsigned char *data, CK_ULONG length, unsigned char *signature,
                     CK_ULONG *signature_length) {
    if (!sm2) return ((Sign)softhsm->functions[SIGN])(session, data, length, signature, signature_length);
    if (signature == NULL || *signature_length < 64) {
        *signature_length = 64;
        return signature == NULL ? CKR_OK : CKR_BUFFER_TOO_SMALL;
    }
    EVP_PKEY *key = soft_key(getenv("SOFT_SM2_KEY"));
    int done = key != NULL && length == 32 && soft_sign(key, data, length, signature);
    EVP_PKEY_free(key);
    *signature_length = 64;
    return done ? CKR_OK : CKR_FUNCTION_FAILED;
}

CK_ULONG C_GetFunctionList(CK_FUNCTION_LIST **list) {
    void *library = dlopen(getenv("SOFTHSM2_LIBRARY"), RTLD_NOW);
    CK_ULONG (*original)(CK_FUNCTION_LIST **) = NULL;
    if (library != NULL) *(void **)&original = dlsym(library, "C_GetFunctionList");
    if (original == NULL || original(&softhsm) != CKR_OK) return CKR_FUNCTION_FAILED;
    ours = *softhsm;
    ours.functions[GET_MECHANISM_LIST] = (Function)get_mechanism_list;
    ours.functions[SIGN_INIT] = (Function)sign_init;
    ours.functions[SIGN] = (Function)sign;
    *list = &ours;
    return CKR_OK;
}
