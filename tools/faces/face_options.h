// The options by which programs look for faces.
#pragma once

#include "fer/vision.h"
#include "tools/cli/cli.h"
#include "tools/faces/emoji_set.h"

namespace fer::cli {

// --detector, --scale-factor, --neighbours, --smallest-face, --upright.
void declare_faces(cxxopts::Options& options);
// The names of these options that the user gave, for programs that look for faces only when asked to.
std::vector<std::string> given_face_options(const Arguments& arguments);
// Throw UsageError on values out of range.
FaceDetectorOptions read_detector_options(const Arguments& arguments);
CropOptions read_crop_options(const Arguments& arguments);

// --emoji[=DIR]; its help begins with `lay` ("Lay").
void declare_emoji(cxxopts::Options& options, const std::string& lay);
// The pictures that it asks for, with a note of `program` where classes have none; an empty set without the option.
// Throws Error as EmojiSet::from_folder does.
EmojiSet read_emoji(const Arguments& arguments, const std::string& program,
                    const std::vector<std::string>& class_names);

}  // namespace fer::cli
