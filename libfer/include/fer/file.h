// Files as libfer reads and writes them: regular files alone are read; what is written is whole or not there.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fer/export.h"

namespace FER_PUBLIC fer {

// What lies at a path, links followed. kOther: a device, a pipe, a socket.
enum class PathKind { kNone, kFile, kFolder, kOther };

// "Not there" and "could not look" are two answers: kNone is the first, the second throws Error (path and reason), as
// does a link that leads nowhere.
PathKind path_kind(const std::string& path);

// The whole content of a regular file, or of a pipe that a shell made (`<(command)`, or /dev/stdin behind a `|`).
// Throws Error (path and reason) where it cannot be read, is a directory, a device or a named pipe, which is never
// waited for, or is larger than `limit_bytes`: at most so much is read. `expected` says in messages what should have
// been there.
std::string read_file(const std::string& path, size_t limit_bytes = size_t{1} << 32,
                      const char* expected = "a regular file");

// The first bytes of a regular file, as many as there are up to `bytes`: enough to see what it is. Throws Error as
// read_file does, for every pipe too.
std::string read_beginning(const std::string& path, size_t bytes);

// What a file is by its first bytes (some 4096 say it), for messages, and what to do about it where that is known: "an
// empty file: copy or download it again", "a Git LFS pointer, which stands for ...: `git lfs pull` brings it", "JSON",
// "bytes of an unknown kind".
std::string file_kind_text(std::string_view first_bytes);

// What a path on a command line leads to, where models and data may both stand: told by the first bytes, never by the
// name.
enum class PathContent {
  kModel,   // a model of this or another program, also a network or Keras's JSON; the folder of a run
  kData,    // a picture of any kind, a table or another text, also compressed; any other folder; "-", standard input
  kUnknown  // anything else: nothing there, an empty file, a pipe or a device, which are not read
};
// Throws Error where the path or the file cannot be looked at.
PathContent path_content(const std::string& path);

// Takes the next bytes of a file.
using FileSink = std::function<void(std::string_view)>;

// Writes what `fill` gives to the sink, piece by piece, to a temporary file beside `path`, syncs it and renames it over
// `path`; a symbolic link is followed. A file that was there keeps its permissions. What is no regular file (a device,
// a pipe that some program reads) is written to as it is. Throws Error (path and reason), and what `fill` throws; then
// a file that was there is as it was.
void write_file(const std::string& path, const std::function<void(const FileSink&)>& fill);
void write_file(const std::string& path, std::string_view content);

// Makes a folder and its parents where they are missing, and syncs the folders that hold the new ones. Throws
// Error (path and reason).
void make_folders(const std::string& path);

// Files that appear together. They are written into a temporary folder with a name that nobody can guess and that only
// this user may enter; finish() syncs all of them at once and moves them to their place. Without finish(), or when it
// throws, nothing is left. A process that is killed leaves the temporary folder, .NAME.tmp-XXXXXX beside NAME or within
// it; nothing removes it but its owner (leftovers()).
//
//   FolderWriter folder("pictures");
//   folder.write("train/happy/1.png", encode_png(image));
//   folder.finish();
class FolderWriter {
 public:
  // kNew: the folder is not there yet, and appears whole; of two writers of one name, the second to finish throws.
  // kNewOrMore: files are added to a folder that is there, each whole, in the place of one of the same name.
  enum class Into { kNew, kNewOrMore };

  // A slash at the end of `path` is passed over. Throws Error (path and reason).
  explicit FolderWriter(const std::string& path, Into into = Into::kNew);
  ~FolderWriter();
  FolderWriter(const FolderWriter&) = delete;

  // `name` may have folders in front, which are made. Throws Error where it is absolute, leaves the folder, was written
  // before or cannot be written.
  void write(const std::string& name, std::string_view content);
  void finish();

  // The temporary folders for this path that killed processes of this user have left.
  const std::vector<std::string>& leftovers() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace fer
