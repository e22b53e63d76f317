#include "tests/fuzz/corpus_test.h"

// One program, one target: the name need not differ, but that the tests of this folder are compiled as one.
#define LLVMFuzzerTestOneInput fuzz_description
#include "tests/fuzz/description_fuzz.cc"
#undef LLVMFuzzerTestOneInput

TEST(ListsFuzz, HoldsOnItsCorpus) { fer::run_corpus("description", fuzz_description, 60); }
