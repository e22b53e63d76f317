// libFuzzer target: .keras archives; keras_h5_fuzz.cc says what must hold.
#include "keras_h5_fuzz.cc"
