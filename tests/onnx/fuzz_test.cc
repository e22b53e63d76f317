#include "tests/fuzz/corpus_test.h"
#include "tests/fuzz/onnx_fuzz.cc"

namespace fer {
namespace {

TEST(Fuzz, OnnxFilesOfTheCorpusAndTheirNeighboursAreReadOrRefused) { run_corpus("onnx", LLVMFuzzerTestOneInput, 100); }

}  // namespace
}  // namespace fer
