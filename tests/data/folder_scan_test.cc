// What lies in a folder of pictures, by names alone; and what cannot be looked at is not passed over.
#include "data/folder_scan.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fer/picture_folder.h"
#include "tests/support/message.h"
#include "tests/support/temporary_folder.h"

namespace fer::data {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

void put_picture(const TemporaryFolder& folder, const std::string& name) {
  fs::create_directories(fs::path(folder / name).parent_path());
  put(folder / name, "x");
}

TEST(FolderScan, FindsClassesSplitsAndPicturesInOrder) {
  const TemporaryFolder folder;
  for (const char* name : {"Train/sad/b.png", "Train/sad/a.JPG", "Train/happiness/c.webp", "test/sad/d.pgm",
                           "valid/happy/e.png", "Train/sad/notes.txt", "readme.md"}) {
    put_picture(folder, name);
  }
  const FolderScan scan = scan_folder(folder.path());
  EXPECT_EQ(scan.class_names, (Names{"happy", "sad"}));
  EXPECT_EQ(scan.other_files, 2);
  Names found;
  for (const FoundPicture& picture : scan.pictures) {
    found.push_back(picture.path.substr(folder.path().size() + 1) + " " + std::to_string(picture.class_index) + " " +
                    usage_name(picture.usage));
  }
  EXPECT_EQ(found,
            (Names{"Train/happiness/c.webp 0 Training", "Train/sad/a.JPG 1 Training", "Train/sad/b.png 1 Training",
                   "valid/happy/e.png 0 PublicTest", "test/sad/d.pgm 1 PrivateTest"}));
}

// As AffectNet names them.
TEST(FolderScan, SplitsMayBeCalledSets) {
  const TemporaryFolder folder;
  for (const char* name : {"train_set/0/1.png", "Val_Set/0/1.png", "test-set/0/1.png"}) put_picture(folder, name);
  const FolderScan scan = scan_folder(folder.path());
  ASSERT_EQ(scan.pictures.size(), 3u);
  EXPECT_EQ(scan.class_names, Names{"0"});
  EXPECT_EQ(scan.pictures[0].usage, Usage::kTraining);
  EXPECT_EQ(scan.pictures[1].usage, Usage::kPublicTest);
  EXPECT_EQ(scan.pictures[2].usage, Usage::kPrivateTest);
}

TEST(FolderScan, ATestPartWithoutClassesIsCountedApart) {
  const TemporaryFolder folder;
  for (const char* name :
       {"train/sad/a.png", "test/1.png", "test/2.jpg", "test/ids.txt", "val/happy/3.png", "val/stray.png"}) {
    put_picture(folder, name);
  }
  const FolderScan scan = scan_folder(folder.path());
  ASSERT_EQ(scan.without_classes.size(), 1u);
  EXPECT_EQ(scan.without_classes[0].first, folder / "test");
  EXPECT_EQ(scan.without_classes[0].second, 2);
  EXPECT_EQ(scan.other_files, 2) << "the list, and a picture beside classes";
  EXPECT_EQ(scan.pictures.size(), 2u);
}

TEST(FolderScan, AClassThatIsALinkToNowhereIsNotDropped) {
  const TemporaryFolder folder;
  put_picture(folder, "sad/a.png");
  fs::create_symlink("unmounted/happy", folder / "happy");
  const std::string message = (folder / "happy") + ": is a link that leads nowhere: No such file or directory";
  EXPECT_EQ(message_of([&] { scan_folder(folder.path()); }), message);
  EXPECT_EQ(message_of([&] { picture_files(folder.path()); }), message);
  fs::remove(folder / "happy");
  fs::create_symlink("happy", folder / "happy");
  EXPECT_EQ(message_of([&] { scan_folder(folder.path()); }),
            (folder / "happy") + ": cannot be looked at: Too many levels of symbolic links");
}

TEST(FolderScan, APictureThatIsALinkToNowhereIsLeftToItsReader) {
  const TemporaryFolder folder;
  put_picture(folder, "sad/a.png");
  fs::create_symlink("nowhere", folder / "sad/b.png");
  EXPECT_EQ(scan_folder(folder.path()).pictures.size(), 2u);
}

// The model's file could not hold it, which was found after the training.
TEST(FolderScan, RefusesAClassWhoseNameIsNoUtf8ByThatName) {
  const TemporaryFolder folder;
  put_picture(folder, "caf\xe9/a.png");
  EXPECT_EQ(message_of([&] { scan_folder(folder.path()); }),
            (folder / "caf\\xE9") + ": expected the name of a class in UTF-8, found other bytes: rename the folder");
  const TemporaryFolder good;
  put_picture(good, "b\xe9/caf\xc3\xa9/a.png");
  EXPECT_EQ(scan_folder(good / "b\xe9").class_names, Names{"caf\xc3\xa9"});
}

TEST(FolderScan, WhatItMayNotLookAtIsNotDropped) {
  const TemporaryFolder folder;
  put_picture(folder, "data/sad/a.png");
  put_picture(folder, "closed/happy/b.png");
  fs::create_symlink(folder / "closed/happy", folder / "data/happy");
  ASSERT_EQ(::chmod(folder.path().c_str(), 0755), 0);
  ASSERT_EQ(::chmod((folder / "closed").c_str(), 0), 0);
  const bool root = ::geteuid() == 0;  // who may look everywhere: be nobody for a moment
  ASSERT_EQ(root ? ::seteuid(65534) : 0, 0);
  const std::string message = message_of([&] { scan_folder(folder / "data"); });
  const std::string itself = message_of([&] { is_folder(folder / "closed/happy"); });
  ASSERT_EQ(root ? ::seteuid(0) : 0, 0);
  ASSERT_EQ(::chmod((folder / "closed").c_str(), 0700), 0);
  EXPECT_EQ(message, (folder / "data/happy") + ": cannot be looked at: Permission denied");
  EXPECT_EQ(itself, (folder / "closed/happy") + ": cannot be looked at: Permission denied");
}

TEST(FolderScan, OfAnotherFormIsRefused) {
  const TemporaryFolder folder;
  EXPECT_EQ(message_of([&] { scan_folder(folder.path()); }),
            folder.path() + ": expected pictures in FOLDER/CLASS or FOLDER/train/CLASS, found none");
  put_picture(folder, "sad/deeper/a.png");
  EXPECT_EQ(message_of([&] { scan_folder(folder.path()); }),
            (folder / "sad/deeper") + ": expected pictures in the folder of a class, found a folder");
  EXPECT_EQ(picture_files(folder.path()), Names{folder / "sad/deeper/a.png"});
}

}  // namespace
}  // namespace fer::data
