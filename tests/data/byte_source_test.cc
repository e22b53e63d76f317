// Bytes that are read in pieces, and the files that are refused before.
#include "data/byte_source.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "tests/data/csv_text.h"
#include "tests/support/message.h"

namespace fer::test {
namespace {

TEST(ByteSource, AFileGivesTheBytesThatMemoryGives) {
  const TemporaryFolder folder;
  const std::string text = csv_text(3);
  const data::FileSource file(folder.write("f.csv", text));
  const data::MemorySource memory(text);
  ASSERT_EQ(file.size(), memory.size());
  std::vector<char> one, other;
  for (const auto& [begin, end] : {std::pair<int64_t, int64_t>{0, 1}, {5, 5000}, {0, file.size()}}) {
    EXPECT_EQ(file.read(begin, end, one), memory.read(begin, end, other));
  }
}

TEST(ByteSource, AFileThatGetsShorterIsSaid) {
  const TemporaryFolder folder;
  const std::string path = folder.write("f.csv", "0123456789");
  const data::FileSource file(path);
  std::filesystem::resize_file(path, 5);
  std::vector<char> buffer;
  EXPECT_EQ(fer::message_of([&] { file.read(0, 10, buffer); }),
            path + ": file changed while it was read, expected 10 bytes, found fewer");
}

TEST(ByteSource, RefusesADirectoryAPipeAndAFileThatIsNotThere) {
  const TemporaryFolder folder;
  const std::string inner = folder.file("folder.csv");
  std::filesystem::create_directory(inner);
  EXPECT_EQ(read_message_of(inner), inner + ": expected a CSV file, found a directory");
  const std::string pipe = folder.file("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(read_message_of(pipe), pipe + ": expected a CSV file, found a pipe");
  EXPECT_EQ(read_message_of(folder.file("none.csv")),
            folder.file("none.csv") + ": cannot be read: No such file or directory");
}

TEST(ByteSource, RefusesAFileItMayNotRead) {
  const TemporaryFolder folder;
  const std::string path = folder.write("secret.csv", csv_text(1));
  ASSERT_EQ(chmod(path.c_str(), 0), 0);
  const bool root = geteuid() == 0;  // who may read every file: be nobody for a moment
  ASSERT_EQ(root ? seteuid(65534) : 0, 0);
  const std::string message = read_message_of(path);
  ASSERT_EQ(root ? seteuid(0) : 0, 0);
  EXPECT_EQ(message, path + ": cannot be read: Permission denied");
}

}  // namespace
}  // namespace fer::test
