#include "tests/fuzz/corpus_test.h"
#include "tests/fuzz/onnx_fuzz.cc"

#define LLVMFuzzerTestOneInput fuzz_external
#include "tests/fuzz/onnx_external_fuzz.cc"
#undef LLVMFuzzerTestOneInput

namespace fer {
namespace {

TEST(Fuzz, OnnxFilesOfTheCorpusAndTheirNeighboursAreReadOrRefused) { run_corpus("onnx", LLVMFuzzerTestOneInput, 100); }

TEST(Fuzz, OnnxFilesWithWeightsBesideThemAreReadOrRefused) { run_corpus("onnx_external", fuzz_external, 100); }

}  // namespace
}  // namespace fer
