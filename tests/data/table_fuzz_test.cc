#include "tests/fuzz/corpus_test.h"

#define LLVMFuzzerTestOneInput table_target
#include "tests/fuzz/table_fuzz.cc"
#undef LLVMFuzzerTestOneInput

TEST(TableFuzz, HoldsOnItsCorpus) { fer::run_corpus("table", table_target, 20); }
