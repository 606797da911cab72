/* SM2 over a digest by the system's libcrypto, for devices that exist in tests only.
   The prototypes are written out, so that libcrypto's headers need not be installed. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

typedef struct bio_st BIO;
typedef struct evp_pkey_st EVP_PKEY;
typedef struct evp_pkey_ctx_st EVP_PKEY_CTX;
typedef struct ecdsa_sig_st ECDSA_SIG;
typedef struct bignum_st BIGNUM;

BIO *BIO_new_file(const char *path, const char *mode);
int BIO_free(BIO *bio);
EVP_PKEY *PEM_read_bio_PrivateKey(BIO *bio, EVP_PKEY **key, void *callback, void *passphrase);
void EVP_PKEY_free(EVP_PKEY *key);
int i2d_PUBKEY(EVP_PKEY *key, unsigned char **out);
EVP_PKEY_CTX *EVP_PKEY_CTX_new_from_pkey(void *library, EVP_PKEY *key, const char *properties);
void EVP_PKEY_CTX_free(EVP_PKEY_CTX *context);
int EVP_PKEY_sign_init(EVP_PKEY_CTX *context);
int EVP_PKEY_sign(EVP_PKEY_CTX *context, unsigned char *out, size_t *out_length,
                  const unsigned char *digest, size_t length);
ECDSA_SIG *d2i_ECDSA_SIG(ECDSA_SIG **signature, const unsigned char **in, long length);
void ECDSA_SIG_get0(const ECDSA_SIG *signature, const BIGNUM **r, const BIGNUM **s);
void ECDSA_SIG_free(ECDSA_SIG *signature);
int BN_bn2binpad(const BIGNUM *number, unsigned char *out, int length);

/* The key in an unencrypted PEM file, or NULL. */
static inline EVP_PKEY *soft_key(const char *path) {
    BIO *file = BIO_new_file(path, "r");
    EVP_PKEY *key = NULL;
    if (file != NULL) {
        key = PEM_read_bio_PrivateKey(file, NULL, NULL, NULL);
        BIO_free(file);
    }
    return key;
}

/* x and y, 32 bytes each; the point is what a SubjectPublicKeyInfo ends with. */
static inline int soft_public(EVP_PKEY *key, unsigned char out[64]) {
    unsigned char der[128], *at = der;
    int length = i2d_PUBKEY(key, NULL);
    if (length < 64 || length > (int)sizeof der) return 0;
    i2d_PUBKEY(key, &at);
    memcpy(out, der + length - 64, 64);
    return 1;
}

/* r and s, 32 bytes each. */
static inline int soft_sign(EVP_PKEY *key, const unsigned char *digest, size_t length, unsigned char out[64]) {
    unsigned char der[80];
    size_t der_length = sizeof der;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    int done = context != NULL && EVP_PKEY_sign_init(context) == 1 &&
               EVP_PKEY_sign(context, der, &der_length, digest, length) == 1;
    EVP_PKEY_CTX_free(context);
    if (!done) return 0;
    const unsigned char *at = der;
    ECDSA_SIG *signature = d2i_ECDSA_SIG(NULL, &at, (long)der_length);
    const BIGNUM *r, *s;
    if (signature == NULL) return 0;
    ECDSA_SIG_get0(signature, &r, &s);
    BN_bn2binpad(r, out, 32);
    BN_bn2binpad(s, out + 32, 32);
    ECDSA_SIG_free(signature);
    return 1;
}
