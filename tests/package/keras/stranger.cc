// A stranger's program that reads a model from Keras.
#include <fer/keras.h>

int main(int argc, char** argv) {
  if (argc != 2 || !fer::has_keras()) return 1;
  return fer::read_keras(argv[1]).model.network.layers.empty() ? 1 : 0;
}
