#include "tests/fuzz/corpus_test.h"

// Two targets in one program: each gets a name of its own.
#define LLVMFuzzerTestOneInput fuzz_image
#include "tests/fuzz/image_fuzz.cc"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_safetensors
#include "tests/fuzz/safetensors_fuzz.cc"
#undef LLVMFuzzerTestOneInput

namespace fer {
namespace {

TEST(Fuzz, PicturesOfTheCorpusAndTheirNeighboursAreReadOrRefused) { run_corpus("image", fuzz_image, 150); }
TEST(Fuzz, ModelsOfTheCorpusAndTheirNeighboursAreReadOrRefused) { run_corpus("model", fuzz_safetensors, 300); }

}  // namespace
}  // namespace fer
