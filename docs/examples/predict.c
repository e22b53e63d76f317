/* Class probabilities of a picture, a PNG, JPEG, PGM or WebP file of any size: predict MODEL.safetensors PICTURE */
#include <fer.h>
#include <stdio.h>
#include <stdlib.h>

static int fail(const char* what) {
  fprintf(stderr, "%s\n", what);
  return 1;
}

int main(int argc, char** argv) {
  if (argc != 3) return fail("usage: example_predict_c MODEL.safetensors PICTURE");
  fer_model* model = fer_load(argv[1]);
  if (model == NULL) return fail(fer_last_error());

  size_t classes = (size_t)fer_class_count(model);
  float* probabilities = malloc(classes * sizeof(float));
  int status = 0;
  if (probabilities == NULL) {
    status = fail("out of memory");
  } else if (fer_predict_file(model, argv[2], probabilities) != 0) {
    status = fail(fer_last_error());
  } else {
    for (size_t k = 0; k < classes; ++k) printf("%s %.4f\n", fer_class_name(model, (int64_t)k), probabilities[k]);
  }

  free(probabilities);
  fer_free(model);
  return status;
}
