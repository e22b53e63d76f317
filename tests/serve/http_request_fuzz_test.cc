#include "tests/fuzz/corpus_test.h"

// One program, one target: the name need not differ.
#include "tests/fuzz/http_request_fuzz.cc"

TEST(HttpRequestFuzz, HoldsOnItsCorpus) { fer::run_corpus("http_request", LLVMFuzzerTestOneInput, 40); }
