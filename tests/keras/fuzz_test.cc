#include "tests/fuzz/corpus_test.h"
#include "tests/fuzz/keras_h5_fuzz.cc"

#define LLVMFuzzerTestOneInput fuzz_config
#include "tests/fuzz/keras_config_fuzz.cc"
#undef LLVMFuzzerTestOneInput

namespace fer {
namespace {

// (Each try is a process or two: few of them.)
TEST(Fuzz, KerasFilesOfTheCorpusAndTheirNeighboursAreReadOrRefused) {
  run_corpus("keras_h5", LLVMFuzzerTestOneInput, 10);
  run_corpus("keras_zip", LLVMFuzzerTestOneInput, 20);
}

TEST(Fuzz, ConfigsOfKerasOfTheCorpusAndTheirNeighboursAreReadOrRefused) {
  run_corpus("keras_config", fuzz_config, 100);
}

}  // namespace
}  // namespace fer
