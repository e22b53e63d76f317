#include "tests/fuzz/corpus_test.h"

#define LLVMFuzzerTestOneInput fuzz_run_state
#include "tests/fuzz/run_state_fuzz.cc"
#undef LLVMFuzzerTestOneInput

namespace {

TEST(RunStateFuzz, HoldsOnItsCorpus) { fer::run_corpus("run_state", fuzz_run_state, 200); }

}  // namespace
