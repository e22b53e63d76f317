#include "train/config/path_list.h"

#include <gtest/gtest.h>

namespace fer::train {
namespace {

TEST(PathList, ComesBackWhateverThePathsAre) {
  const std::vector<std::vector<std::string>> lists = {
      {"a"}, {"a", "b"}, {"a,b", "c\\", "\\,", ",\\,"}, {"with blank", "", "x"}, {"", ""}};
  for (const auto& list : lists) EXPECT_EQ(paths_in(paths_text(list)), list) << paths_text(list);
}

TEST(PathList, ABackslashEscapesCommasAndItselfOnly) {
  EXPECT_EQ(paths_in("a\\b,c\\,d,e\\\\,f\\"), (std::vector<std::string>{"a\\b", "c,d", "e\\", "f\\"}));
}

}  // namespace
}  // namespace fer::train
