#include "tests/fuzz/corpus_test.h"

// One program, one target: the name need not differ, but that the tests of this folder are compiled as one.
#define LLVMFuzzerTestOneInput fuzz_vec
#include "tests/fuzz/vec_fuzz.cc"
#undef LLVMFuzzerTestOneInput

TEST(VecFuzz, HoldsOnItsCorpus) { fer::run_corpus("vec", fuzz_vec, 60); }
