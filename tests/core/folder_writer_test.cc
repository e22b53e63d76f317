// Files that appear together, whoever else is in the folder.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fer/file.h"
#include "tests/support/message.h"
#include "tests/support/temporary_folder.h"

namespace fer {
namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;
using Into = FolderWriter::Into;

// Every file and folder below, relative.
Names all_below(const std::string& folder) {
  Names names;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    names.insert(fs::relative(entry.path(), folder).string());
  }
  return names;
}

mode_t mode_of(const std::string& path) {
  struct stat status = {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 07777;
}

TEST(FolderWriter, ANewFolderAppearsWithAllItsFiles) {
  const TemporaryFolder folder;
  FolderWriter writer(folder / "new");
  writer.write("a.txt", "a");
  writer.write("train/happy/1.png", "one");
  writer.write("train/sad/2.png", "two");
  EXPECT_FALSE(fs::exists(folder / "new"));
  writer.finish();
  EXPECT_EQ(folder.names(), Names{"new"});
  EXPECT_EQ(all_below(folder / "new"),
            (Names{"a.txt", "train", "train/happy", "train/happy/1.png", "train/sad", "train/sad/2.png"}));
  EXPECT_EQ(content_of(folder / "new/train/sad/2.png"), "two");
}

TEST(FolderWriter, PermissionsAreThoseThatTheUmaskAllows) {
  const TemporaryFolder folder;
  const mode_t before = ::umask(027);
  FolderWriter writer(folder / "new");
  writer.write("in/f", "x");
  writer.finish();
  ::umask(before);
  EXPECT_EQ(mode_of(folder / "new"), 0750u);
  EXPECT_EQ(mode_of(folder / "new/in"), 0750u);
  EXPECT_EQ(mode_of(folder / "new/in/f"), 0640u);
}

TEST(FolderWriter, UntilThenNobodyElseMayLookInside) {
  const TemporaryFolder folder;
  const FolderWriter writer(folder / "new");
  ASSERT_EQ(folder.names().size(), 1u);
  const std::string temporary = *folder.names().begin();
  EXPECT_EQ(temporary.substr(0, 10), ".new.tmp-" + temporary.substr(9, 1));
  EXPECT_EQ(mode_of(folder / temporary), 0700u);
}

TEST(FolderWriter, ASlashAtTheEndIsPassedOver) {
  const TemporaryFolder folder;
  FolderWriter writer(folder / "above/new//");
  writer.write("f", "x");
  writer.finish();
  EXPECT_EQ(all_below(folder.path()), (Names{"above", "above/new", "above/new/f"}));
}

TEST(FolderWriter, ARelativePathIsInTheFolderOfTheProcess) {
  const TemporaryFolder folder;
  const auto before = fs::current_path();
  fs::current_path(folder.path());
  FolderWriter writer("new/");
  writer.write("f", "x");
  writer.finish();
  fs::current_path(before);
  EXPECT_EQ(all_below(folder.path()), (Names{"new", "new/f"}));
}

TEST(FolderWriter, WithoutFinishNothingIsLeft) {
  const TemporaryFolder folder;
  {
    FolderWriter writer(folder / "new");
    writer.write("a/b/c", "x");
    writer.write("a/d", "x");
  }
  EXPECT_EQ(folder.names(), Names{});
}

TEST(FolderWriter, WhatOthersPutThereIsNotTouched) {
  const TemporaryFolder folder;
  fs::create_directories(folder / "new.tmp/kept");
  fs::create_directories(folder / ".new.tmp-abc123/content/kept");
  put(folder / ".new.tmp-abc123/content/kept/f", "left by a run that was killed");
  put(folder / "victim", "of a link");
  fs::create_symlink("victim", folder / "new.tmp/0.png");
  FolderWriter writer(folder / "new");
  EXPECT_EQ(writer.leftovers(), std::vector<std::string>{folder / ".new.tmp-abc123"});
  writer.write("0.png", "x");
  writer.finish();
  EXPECT_EQ(folder.names(), (Names{"new", "new.tmp", ".new.tmp-abc123", "victim"}));
  EXPECT_EQ(all_below(folder / ".new.tmp-abc123"), (Names{"content", "content/kept", "content/kept/f"}));
  EXPECT_EQ(content_of(folder / "victim"), "of a link");
}

// It makes the folder, then locks it; another that began in between called it a leftover.
TEST(FolderWriter, AFolderThatAnotherHasOnlyJustMadeIsNoLeftover) {
  const TemporaryFolder folder;
  fs::create_directory(folder / ".new.tmp-abc123");
  EXPECT_TRUE(FolderWriter(folder / "new").leftovers().empty());
  fs::create_directory(folder / ".new.tmp-abc123/content");
  EXPECT_EQ(FolderWriter(folder / "new").leftovers(), std::vector<std::string>{folder / ".new.tmp-abc123"});
}

TEST(FolderWriter, OfTwoOnOneNameOneWins) {
  const TemporaryFolder folder;
  FolderWriter first(folder / "new"), second(folder / "new");
  EXPECT_TRUE(second.leftovers().empty());  // the first lives
  first.write("f", "first");
  second.write("f", "second");
  second.write("g", "second");
  first.finish();
  EXPECT_EQ(message_of([&] { second.finish(); }), (folder / "new") + ": is there already: expected a new folder");
  EXPECT_EQ(all_below(folder / "new"), Names{"f"});
  EXPECT_EQ(content_of(folder / "new/f"), "first");
}

TEST(FolderWriter, OfTwoOnOneNameAnEmptyFolderIsEnoughToWin) {
  const TemporaryFolder folder;
  FolderWriter writer(folder / "new");
  fs::create_directory(folder / "new");
  writer.write("f", "x");
  EXPECT_EQ(message_of([&] { writer.finish(); }), (folder / "new") + ": is there already: expected a new folder");
  EXPECT_TRUE(fs::is_empty(folder / "new"));
}

TEST(FolderWriter, RefusesWhatIsThere) {
  const TemporaryFolder folder;
  put(folder / "f", "x");
  fs::create_symlink("nowhere", folder / "link");
  EXPECT_EQ(message_of([&] { FolderWriter(folder / "f"); }),
            (folder / "f") + ": is there already: expected a new folder");
  EXPECT_EQ(message_of([&] { FolderWriter(folder / "f", Into::kNewOrMore); }),
            (folder / "f") + ": expected a folder, found a file");
  expect_contains(message_of([&] { FolderWriter(folder / "link"); }), "link: is a link that leads nowhere");
  expect_contains(message_of([&] { FolderWriter(folder.path()); }), "is there already");
  expect_contains(message_of([&] { FolderWriter("/"); }), "/: is there already");
  expect_contains(message_of([&] { FolderWriter(""); }), "expected the name of a folder");
  expect_contains(message_of([&] { FolderWriter(folder / "f/new"); }), "f: cannot make the folder: File exists");
}

TEST(FolderWriter, RefusesNamesThatLeaveTheFolder) {
  const TemporaryFolder folder;
  FolderWriter writer(folder / "new");
  for (const char* name : {"../f", "/f", "a/../f", "a//f", "a/", ".", ""}) {
    EXPECT_EQ(message_of([&] { writer.write(name, "x"); }),
              (folder / "new") + ": expected the name of a file within the folder, found \"" + name + "\"");
  }
  writer.write("f", "x");
  EXPECT_EQ(message_of([&] { writer.write("f", "y"); }), (folder / "new/f") + ": cannot be written: File exists");
}

TEST(FolderWriter, AddsToAFolderThatIsThere) {
  const TemporaryFolder folder;
  put(folder / "old.png", "old");
  put(folder / "both.png", "old");
  ASSERT_EQ(::chmod((folder / "both.png").c_str(), 0600), 0);
  FolderWriter writer(folder.path() + "/", Into::kNewOrMore);
  writer.write("both.png", "new");
  writer.write("in/new.png", "new");
  EXPECT_EQ(content_of(folder / "both.png"), "old");
  writer.finish();
  EXPECT_EQ(all_below(folder.path()), (Names{"old.png", "both.png", "in", "in/new.png"}));
  EXPECT_EQ(content_of(folder / "both.png"), "new");
  EXPECT_EQ(mode_of(folder / "both.png"), 0600u);
}

TEST(FolderWriter, ALinkThatIsThereIsReplacedAndNotFollowed) {
  const TemporaryFolder folder;
  put(folder / "victim", "old");
  fs::create_symlink("victim", folder / "f");
  FolderWriter writer(folder.path(), Into::kNewOrMore);
  writer.write("f", "new");
  writer.finish();
  EXPECT_EQ(content_of(folder / "victim"), "old");
  EXPECT_EQ(content_of(folder / "f"), "new");
  EXPECT_FALSE(fs::is_symlink(folder / "f"));
}

TEST(FolderWriter, AWriteThatFailsLeavesNothing) {
  const TemporaryFolder folder;
  rlimit before = {};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = ::signal(SIGXFSZ, SIG_IGN);
  rlimit limit = before;
  limit.rlim_cur = 10;
  std::string message;
  {
    FolderWriter writer(folder / "new");
    ::setrlimit(RLIMIT_FSIZE, &limit);
    message = message_of([&] { writer.write("a/f", "more than ten bytes"); });
    ::setrlimit(RLIMIT_FSIZE, &before);
  }
  ::signal(SIGXFSZ, handler);
  EXPECT_EQ(message, (folder / "new/a/f") + ": cannot be written: File too large");
  EXPECT_EQ(folder.names(), Names{});
}

TEST(FolderWriter, KilledAtAnyMomentTheFolderIsWholeOrNotThere) {
  const TemporaryFolder folder;
  const std::string content(20000, 'x');
  int whole = 0;
  for (int i = 0; i < 20; ++i) {
    const std::string path = folder / std::to_string(i);
    const pid_t child = ::fork();
    if (child == 0) {
      FolderWriter writer(path);
      for (int file = 0; file < 50; ++file) writer.write("in/" + std::to_string(file), content);
      writer.finish();
      ::_exit(0);
    }
    ::usleep(static_cast<useconds_t>(300 + 400 * i));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    if (!fs::exists(path)) continue;
    ++whole;
    EXPECT_EQ(all_below(path).size(), 51u);
    EXPECT_EQ(content_of(path + "/in/49"), content);
  }
  FolderWriter writer(folder / "last");
  writer.write("f", "x");
  writer.finish();
  EXPECT_TRUE(writer.leftovers().empty()) << whole;  // those of other names are theirs
}

}  // namespace
}  // namespace fer
