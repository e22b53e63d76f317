/* Class probabilities of one picture, given as height * width * channels raw bytes: predict MODEL.safetensors PIXELS */
#include <fer.h>
#include <stdio.h>
#include <stdlib.h>

static int fail(const char* what) {
  fprintf(stderr, "%s\n", what);
  return 1;
}

int main(int argc, char** argv) {
  if (argc != 3) return fail("usage: example_predict_c MODEL.safetensors PIXELS");
  fer_model* model = fer_load(argv[1]);
  if (model == NULL) return fail(fer_last_error());

  size_t size = (size_t)(fer_height(model) * fer_width(model) * fer_channels(model));
  size_t classes = (size_t)fer_class_count(model);
  uint8_t* pixels = malloc(size);
  float* probabilities = malloc(classes * sizeof(float));
  FILE* file = fopen(argv[2], "rb");
  int status = 0;
  if (pixels == NULL || probabilities == NULL || file == NULL || fread(pixels, 1, size, file) != size) {
    status = fail("PIXELS: cannot read as many bytes as the model's picture has");
  } else if (fer_predict(model, pixels, 1, probabilities) != 0) {
    status = fail(fer_last_error());
  } else {
    for (size_t k = 0; k < classes; ++k) printf("%s %.4f\n", fer_class_name(model, (int64_t)k), probabilities[k]);
  }

  if (file != NULL) fclose(file);
  free(probabilities);
  free(pixels);
  fer_free(model);
  return status;
}
