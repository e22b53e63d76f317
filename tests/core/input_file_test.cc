// Every reader opens files here: regular ones, and never one that would make it wait.
#include "core/input_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <thread>

#include "fer/file.h"
#include "tests/support/message.h"
#include "tests/support/temporary_folder.h"

namespace fer::core {
namespace {

std::string named_pipe(const TemporaryFolder& folder) {
  std::string path = folder / "pipe";
  EXPECT_EQ(::mkfifo(path.c_str(), 0600), 0);
  return path;
}

// A pipe as a shell makes it for <(command), written to by a thread of its own.
class ShellPipe {
 public:
  explicit ShellPipe(std::string content) {
    EXPECT_EQ(::pipe(ends_), 0);
    writer_ = std::thread([this, content = std::move(content)] {
      ::usleep(20000);  // the reader is there first
      write_all(ends_[1], content);
      ::close(ends_[1]);
    });
  }
  ~ShellPipe() {
    writer_.join();
    ::close(ends_[0]);
  }
  std::string path() const { return "/dev/fd/" + std::to_string(ends_[0]); }

 private:
  int ends_[2] = {-1, -1};
  std::thread writer_;
};

TEST(ReadFile, GivesBackEveryByte) {
  const TemporaryFolder folder;
  std::string content;
  for (int i = 0; i < 3000000; ++i) content += static_cast<char>(i * 7 + i / 256);
  put(folder / "f", content);
  EXPECT_EQ(read_file(folder / "f"), content);
  put(folder / "empty", "");
  EXPECT_EQ(read_file(folder / "empty"), "");
}

TEST(ReadFile, RefusesWhatItCannotRead) {
  const TemporaryFolder folder;
  expect_contains(message_of([&] { read_file(folder / "no"); }), "no: cannot be read: No such file or directory");
  expect_contains(message_of([&] { read_file(folder.path()); }), ": expected a regular file, found a directory");
}

TEST(ReadFile, RefusesMoreThanItsLimit) {
  const TemporaryFolder folder;
  put(folder / "f", "12345");
  EXPECT_EQ(read_file(folder / "f", 5), "12345");
  expect_contains(message_of([&] { read_file(folder / "f", 4); }), "f: expected at most 4 bytes, found more");
}

TEST(ReadFile, AFileLargerThanMemoryIsRefusedByItsSize) {
  const TemporaryFolder folder;
  put(folder / "sparse", "");
  std::filesystem::resize_file(folder / "sparse", int64_t{1} << 42);
  expect_contains(message_of([&] { read_file(folder / "sparse"); }), "sparse: expected at most 4294967296 bytes");
}

TEST(ReadFile, ANamedPipeIsRefusedWithoutWaitingForAWriter) {
  const TemporaryFolder folder;
  const std::string path = named_pipe(folder);
  EXPECT_EQ(message_of([&] { read_file(path); }), path + ": expected a regular file, found a pipe");
  const int writer = ::open(path.c_str(), O_RDWR);  // one that never writes
  EXPECT_EQ(message_of([&] { read_file(path, 100, "a model"); }), path + ": expected a model, found a pipe");
  ::close(writer);
}

TEST(ReadFile, DevicesAndSocketsAreRefused) {
  for (const char* path : {"/dev/zero", "/dev/null", "/dev/tty"}) {
    EXPECT_EQ(message_of([&] { read_file(path, 3000000); }),
              std::string(path) + ": expected a regular file, found a device");
  }
  const TemporaryFolder folder;
  sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = {}};
  std::strncpy(address.sun_path, (folder / "s").c_str(), sizeof address.sun_path - 1);
  const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  ASSERT_EQ(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  expect_contains(message_of([&] { read_file(folder / "s"); }), "s: expected a regular file, found a socket");
  ::close(socket);
}

TEST(ReadFile, APipeOfTheShellIsReadToItsEnd) {
  const std::string content(300000, 'x');  // more than a pipe holds
  const ShellPipe pipe(content);
  EXPECT_EQ(read_file(pipe.path()), content);
}

TEST(ReadFile, APipeOfTheShellHasTheSameLimit) {
  const ShellPipe pipe("12345");
  expect_contains(message_of([&] { read_file(pipe.path(), 4); }), ": expected at most 4 bytes, found more");
}

TEST(ReadBeginning, GivesWhatIsThere) {
  const TemporaryFolder folder;
  put(folder / "f", "12345");
  EXPECT_EQ(read_beginning(folder / "f", 3), "123");
  EXPECT_EQ(read_beginning(folder / "f", 9), "12345");
  expect_contains(message_of([&] { read_beginning(named_pipe(folder), 3); }), "pipe: expected a regular file");
}

TEST(InputFile, ReadsByPosition) {
  const TemporaryFolder folder;
  put(folder / "f", "0123456789");
  const InputFile file(folder / "f");
  EXPECT_EQ(file.size(), 10u);
  std::string four(4, ' ');
  file.read(3, four);
  EXPECT_EQ(four, "3456");
}

TEST(InputFile, AFileThatGotShorterIsSaid) {
  const TemporaryFolder folder;
  put(folder / "f", "0123456789");
  const InputFile file(folder / "f");
  std::filesystem::resize_file(folder / "f", 5);
  std::string four(4, ' ');
  EXPECT_EQ(message_of([&] { file.read(3, four); }),
            (folder / "f") + ": file changed while it was read, expected 10 bytes, found fewer");
}

TEST(InputFile, SaysWhatWasExpected) {
  const TemporaryFolder folder;
  EXPECT_EQ(message_of([&] { InputFile(folder.path(), other_than("a CSV file")); }),
            folder.path() + ": expected a CSV file, found a directory");
  const ShellPipe pipe("emotion,pixels\n");
  EXPECT_EQ(message_of([&] { InputFile(pipe.path(), other_than("a CSV file")); }),
            pipe.path() + ": expected a CSV file, found a pipe");
}

}  // namespace
}  // namespace fer::core
