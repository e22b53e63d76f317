#include "tests/fuzz/corpus_test.h"

#define LLVMFuzzerTestOneInput fuzz_ferplus
#include "tests/fuzz/ferplus_fuzz.cc"
#undef LLVMFuzzerTestOneInput

TEST(FerPlusFuzz, HoldsOnItsCorpus) { fer::run_corpus("ferplus", fuzz_ferplus, 200); }
