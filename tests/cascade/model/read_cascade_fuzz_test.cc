#include "tests/fuzz/corpus_test.h"

// One program, one target: the name need not differ, but that the tests of this folder are compiled as one.
#define LLVMFuzzerTestOneInput fuzz_cascade
#include "tests/fuzz/cascade_fuzz.cc"
#undef LLVMFuzzerTestOneInput

TEST(ReadCascadeFuzz, HoldsOnItsCorpus) { fer::run_corpus("cascade", fuzz_cascade, 60); }
