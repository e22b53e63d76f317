#include "tests/fuzz/corpus_test.h"

#define LLVMFuzzerTestOneInput fuzz_landmarks
#include "tests/fuzz/landmarks_fuzz.cc"
#undef LLVMFuzzerTestOneInput

TEST(LandmarksFuzz, HoldsOnItsCorpus) { fer::run_corpus("landmarks", fuzz_landmarks, 100); }
