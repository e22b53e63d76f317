/* The C interface: load a model, ask it, let it go. For C and for every language that can call C.
 *
 *   fer_model* model = fer_load("best.safetensors");
 *   if (model == NULL) { fprintf(stderr, "%s\n", fer_last_error()); return 1; }
 *   float p[16];
 *   if (fer_predict(model, pixels, 1, p) != 0) { ... fer_last_error() ... }
 *   fer_free(model);
 *
 * One model may be asked from many threads at once, and in the children of fork(). Nothing here prints, exits or lets a
 * C++ exception out. */
#ifndef FER_H
#define FER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#if defined(__GNUC__)
#pragma GCC visibility push(default) /* A shared libfer shows these and hides its inside. */
#endif

typedef struct fer_model fer_model;

/* Loads a model file. NULL when that fails: fer_last_error says why. */
fer_model* fer_load(const char* path);
/* The path of the model that comes with libfer, for fer_load: the file that the environment variable FER_MODEL names,
 * else small.safetensors of share/fer/models where libfer is installed, or of data/models of its source. NULL where
 * there is none: fer_last_error says what to do. Valid until the calling thread's next call of this function and no
 * longer than the thread. */
const char* fer_default_model(void);
/* NULL is allowed. No call on the model may be under way, and its class names end with it. */
void fer_free(fer_model* model);

/* Sizes of a picture and the number of classes; 0 where model is NULL. (A model that was trained on crops takes the
 * whole picture too, and looks at its centre itself.) */
int64_t fer_height(const fer_model* model);
int64_t fer_width(const fer_model* model);
int64_t fer_channels(const fer_model* model);
int64_t fer_class_count(const fer_model* model);
/* Name of a class, owned by the model: its number as text where the model has no names; NULL for a class that is not
 * there. */
const char* fer_class_name(const fer_model* model, int64_t index);

/* n pictures of height * width * channels bytes (0..255), one after another, rows first -> n * class_count
 * probabilities, overwritten. Allocates nothing once as many threads as run at once have asked for that n. 0 on
 * success, -1 on failure: fer_last_error says why. */
int fer_predict(const fer_model* model, const uint8_t* pixels, size_t n, float* probabilities);
/* The same from floats that are already preprocessed as in training. */
int fer_predict_floats(const fer_model* model, const float* inputs, size_t n, float* probabilities);

/* One picture of any size: a PNG, JPEG, PGM, PPM or WebP file's path, or its bytes in memory, decoded and fitted to the
 * model's input -> class_count probabilities, overwritten. 0 on success, -1 on failure, then they are as they were. */
int fer_predict_file(const fer_model* model, const char* path, float* probabilities);
int fer_predict_encoded(const fer_model* model, const void* bytes, size_t size, float* probabilities);

/* What went wrong in the calling thread's last failed call, in at most 1023 bytes; "" before any. Valid until its next
 * failed call and no longer than the thread. Needs no memory, so it tells of its lack too ("out of memory"). */
const char* fer_last_error(void);
/* "major.minor.patch" of the library. */
const char* fer_version(void);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif
