// Whether a model is about to be judged by pictures that it was trained on.
#pragma once

#include <string>
#include <vector>

#include "fer/dataset.h"
#include "tools/cli/cli.h"
#include "tools/cli/pictures.h"

namespace fer::cli {

// The value of --split, one part or several with + between, all or held-out; empty where it is not given.
std::string read_split(const Arguments& arguments);

// The rows of DATA that models are judged by: those of `split`, held_out_rows for held-out, and for an empty one
// `usual` (as rows_of_split takes it). Where these are all pictures, those that the models' runs held out are taken in
// their place, if any did of these DATA; that is noted on standard error, as is what is known of pictures that a model
// was trained on. A `usual` that is not empty is for calibration, which takes what was validated on, never a test part.
NamedRows rows_to_judge_by(const std::string& program, const std::vector<std::string>& models, const std::string& split,
                           const std::string& usual, const Dataset& data, const std::string& path);

// Lines to print before all pictures of DATA, which has no part to test with, are evaluated: which of the models the
// run.json beside them says were trained on this DATA, and on how much of it; where none says so, that all pictures
// count.
std::vector<std::string> notes_on_trained_pictures(const std::vector<std::string>& models, const Dataset& data,
                                                   const std::string& path);

// The pictures of DATA that the models' runs held out of training, to test with (`test`, where they held such out) or
// to validate on, chosen again by the options that their run.json keeps, or a model without a run itself. Throws Error
// where there is none, DATA are not the pictures of that run, or several models held out different ones.
NamedRows held_out_rows(const std::vector<std::string>& models, bool test, const Dataset& data,
                        const std::string& path);

}  // namespace fer::cli
