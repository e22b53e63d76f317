#include "tests/fuzz/corpus_test.h"

// One program, one target: the name need not differ.
#include "tests/fuzz/csv_fuzz.cc"

TEST(FerCsvFuzz, HoldsOnItsCorpus) { fer::run_corpus("csv", LLVMFuzzerTestOneInput, 60); }
