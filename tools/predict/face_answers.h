// What a model says of the faces in pictures (fer-predict --faces).
#pragma once

#include <set>
#include <string>

#include "tools/cli/cli.h"
#include "tools/faces/annotate.h"
#include "tools/faces/face_reader.h"

namespace fer::cli {

// --faces, --annotate, --emoji, and the options of the detector.
void declare_face_answers(cxxopts::Options& options);
// Throws UsageError where options are given that want --faces, without it.
void check_face_answers(const Arguments& arguments);

// Finds the faces of pictures, asks the model about them, and prints, writes and draws the answers.
class FaceAnswers {
 public:
  // Throws UsageError and Error on options that do not fit; makes the folder of --annotate.
  FaceAnswers(const FaceReader& reader, const Arguments& arguments, size_t pictures);

  void add(const std::string& file, const Image& picture);
  // Writes --csv. Throws Error where no picture had a face.
  void finish();

 private:
  void print_lines(const std::string& file, std::span<const FacePrediction> faces) const;
  void print_json(const std::string& file, const Image& picture, std::span<const FacePrediction> faces,
                  const std::string& drawing) const;
  void add_rows(const std::string& file, std::span<const FacePrediction> faces);
  // Draws the picture where it is asked for, and returns the drawing's path.
  std::string draw(const std::string& file, const Image& picture, std::span<const FacePrediction> faces);
  std::string drawing_of(const std::string& file);

  const FaceReader& reader_;
  const bool json_;
  const int64_t top_;            // classes that a line names
  const std::string csv_, out_;  // of --csv and --annotate; empty: not given
  const bool into_folder_;       // whether `out_` is one
  EmojiSet emoji_;
  std::string rows_;
  std::set<std::string> drawn_;
  size_t pictures_ = 0, faces_ = 0;
};

}  // namespace fer::cli
