// The process that reads a file for another: what it sends, and how it ends.
#include "keras/hdf5/child.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <stdexcept>
#include <string>

#include "tests/support/message.h"
#include "tests/support/sanitizers.h"
#include "tests/support/temporary_folder.h"

namespace fer {
namespace {

using keras_file::Child;
using keras_file::ChildLimits;
using keras_file::Sender;

constexpr ChildLimits kEnough = {size_t{256} << 20, 10};

// How a child ends that sends nothing which anybody waits for.
std::string end_of(const ChildLimits& limits, const std::function<void(Sender&)>& work) {
  return message_of([&] {
    Child child(
        limits, [] {}, work);
    child.number();
  });
}

TEST(KerasChild, WhatItSendsArrivesInOrder) {
  const std::string large(300000, 'x');
  Child child(
      kEnough, [] {},
      [&](Sender& sender) {
        sender.number(7);
        sender.text("a text");
        sender.text(large);
        sender.text("");
        sender.number(UINT64_MAX);
        sender.bytes("abc", 3);
      });
  EXPECT_EQ(child.number(), 7u);
  EXPECT_EQ(child.text(100), "a text");
  EXPECT_TRUE(child.text(large.size()) == large);
  EXPECT_EQ(child.text(0), "");
  EXPECT_EQ(child.number(), UINT64_MAX);
  std::string bytes(3, ' ');
  child.bytes(bytes.data(), bytes.size());
  EXPECT_EQ(bytes, "abc");
  expect_contains(message_of([&] { child.number(); }), "expected a whole HDF5 file, found one that libhdf5 fails on");
}

TEST(KerasChild, LongerTextsThanExpectedAreRefused) {
  Child child(
      kEnough, [] {}, [](Sender& sender) { sender.text("four"); });
  expect_contains(message_of([&] { child.text(3); }), "expected texts of at most 3 bytes, found a longer one");
}

TEST(KerasChild, WhateverEndsItIsAnErrorHere) {
  const char* const kFails = "found one that libhdf5 fails on";
  expect_contains(end_of(kEnough, [](Sender&) {}), kFails);
  expect_contains(end_of(kEnough, [](Sender&) { throw std::runtime_error("no"); }), kFails);
  expect_contains(end_of(kEnough, [](Sender&) { ::_exit(0); }), kFails);
  expect_contains(end_of(kEnough, [](Sender&) { ::raise(SIGSEGV); }), kFails);
}

TEST(KerasChild, MemoryAndTimeAreBounded) {
  const auto takes_memory = [](Sender& sender) {
    const std::string much(size_t{256} << 20, 'x');
    sender.bytes(much.data(), much.size());
  };
#ifdef FER_TEST_ASAN  // which ends a process that gets no memory
  expect_contains(end_of({size_t{64} << 20, 10}, takes_memory), "or it has too little memory");
#else
  expect_contains(end_of({size_t{64} << 20, 10}, takes_memory), "not enough memory to read the HDF5 file");
#endif
  const auto takes_long = [](Sender&) {
    volatile bool goes_on = true;
    while (goes_on) {
    }
  };
  expect_contains(end_of({size_t{64} << 20, 1}, takes_long), "expected a file that libhdf5 reads within 1 s");
}

TEST(KerasChild, FilesThatWereOpenedBeforeCannotBeWritten) {
  const TemporaryFolder folder;
  const std::string path = folder / "written";
  int fd = -1;
  expect_contains(message_of([&] {
                    Child child(
                        kEnough, [&] { fd = ::open(path.c_str(), O_WRONLY | O_CREAT, 0600); },
                        [&](Sender& sender) { sender.number(::write(fd, "x", 1) == 1 ? 1 : 0); });
                    child.number();
                  }),
                  "found one that libhdf5 fails on");
  EXPECT_EQ(content_of(path), "");
}

}  // namespace
}  // namespace fer
