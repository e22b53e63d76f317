#include "tests/fuzz/corpus_test.h"
#include "tests/fuzz/network_json_fuzz.cc"

namespace fer {
namespace {

TEST(Fuzz, NetworksOfTheCorpusAndTheirNeighboursAreReadOrRefused) {
  run_corpus("network", LLVMFuzzerTestOneInput, 300);
}

}  // namespace
}  // namespace fer
