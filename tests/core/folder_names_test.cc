// The names in a folder.
#include "core/folder_names.h"

#include <gtest/gtest.h>

#include "tests/support/message.h"
#include "tests/support/temporary_folder.h"

namespace fer::core {
namespace {

TEST(FolderNames, AreAllOfThemInOrder) {
  const TemporaryFolder folder;
  EXPECT_EQ(names_in_folder(folder.path()), std::vector<std::string>{});
  for (const char* name : {"b", ".hidden", "a", "B"}) put(folder / name, "");
  EXPECT_EQ(names_in_folder(folder.path()), (std::vector<std::string>{".hidden", "B", "a", "b"}));
}

TEST(FolderNames, OfWhatCannotBeListedAreAnError) {
  const TemporaryFolder folder;
  EXPECT_EQ(message_of([&] { names_in_folder(folder / "none"); }),
            (folder / "none") + ": cannot list the folder: No such file or directory");
  put(folder / "file", "");
  EXPECT_EQ(message_of([&] { names_in_folder(folder / "file"); }),
            (folder / "file") + ": cannot list the folder: Not a directory");
}

}  // namespace
}  // namespace fer::core
