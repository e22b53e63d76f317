// "Not there" and "could not look" are two answers.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fer/file.h"
#include "tests/support/message.h"
#include "tests/support/temporary_folder.h"

namespace fer {
namespace {

namespace fs = std::filesystem;

// Nobody's rights for a moment: root may look everywhere.
class AsNobody {
 public:
  AsNobody() : root_(::geteuid() == 0) { EXPECT_EQ(root_ ? ::seteuid(65534) : 0, 0); }
  ~AsNobody() { EXPECT_EQ(root_ ? ::seteuid(0) : 0, 0); }

 private:
  bool root_;
};

TEST(PathKind, TellsWhatLiesAtAPath) {
  const TemporaryFolder folder;
  put(folder / "f", "x");
  fs::create_symlink("f", folder / "link");
  EXPECT_EQ(path_kind(folder / "f"), PathKind::kFile);
  EXPECT_EQ(path_kind(folder / "link"), PathKind::kFile);
  EXPECT_EQ(path_kind(folder.path()), PathKind::kFolder);
  EXPECT_EQ(path_kind("/dev/null"), PathKind::kOther);
  EXPECT_EQ(path_kind(folder / "none"), PathKind::kNone);
  EXPECT_EQ(path_kind(folder / "none/below"), PathKind::kNone);
  EXPECT_EQ(path_kind(folder / "f/below"), PathKind::kNone);
  EXPECT_EQ(path_kind(""), PathKind::kNone);
}

TEST(PathKind, ALinkThatLeadsNowhereIsNoAbsence) {
  const TemporaryFolder folder;
  fs::create_symlink("nowhere", folder / "link");
  EXPECT_EQ(message_of([&] { path_kind(folder / "link"); }),
            (folder / "link") + ": is a link that leads nowhere: No such file or directory");
  fs::create_symlink("round", folder / "round");
  EXPECT_EQ(message_of([&] { path_kind(folder / "round"); }),
            (folder / "round") + ": cannot be looked at: Too many levels of symbolic links");
}

TEST(PathKind, WhereItMayNotLookItSaysSo) {
  const TemporaryFolder folder;
  fs::create_directory(folder / "closed");
  put(folder / "closed/f", "x");
  ASSERT_EQ(::chmod((folder / "closed").c_str(), 0), 0);
  ASSERT_EQ(::chmod(folder.path().c_str(), 0755), 0);
  std::string message;
  {
    const AsNobody nobody;
    message = message_of([&] { path_kind(folder / "closed/f"); });
  }
  ASSERT_EQ(::chmod((folder / "closed").c_str(), 0700), 0);
  EXPECT_EQ(message, (folder / "closed/f") + ": cannot be looked at: Permission denied");
}

TEST(MakeFolders, MakesThoseThatAreMissing) {
  const TemporaryFolder folder;
  make_folders(folder / "a/b/c/");
  make_folders(folder / "a/b/d");
  make_folders(folder / "a");
  EXPECT_TRUE(fs::is_directory(folder / "a/b/c"));
  EXPECT_TRUE(fs::is_directory(folder / "a/b/d"));
  const auto before = fs::current_path();
  fs::current_path(folder.path());
  make_folders("e");
  make_folders("./g/../h");
  fs::current_path(before);
  EXPECT_EQ(folder.names(), (std::set<std::string>{"a", "e", "g", "h"}));
}

TEST(MakeFolders, SaysWhereItCannot) {
  const TemporaryFolder folder;
  put(folder / "f", "x");
  EXPECT_EQ(message_of([&] { make_folders(folder / "f"); }), (folder / "f") + ": cannot make the folder: File exists");
  EXPECT_EQ(message_of([&] { make_folders(folder / "f/a"); }),
            (folder / "f/a") + ": cannot make the folder: Not a directory");
  EXPECT_EQ(message_of([&] { make_folders(""); }), ": cannot make the folder: No such file or directory");
}

}  // namespace
}  // namespace fer
