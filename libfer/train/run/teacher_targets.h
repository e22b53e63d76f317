// A teacher's answers about the training pictures (fer/teacher.h), found once before the first step.
#pragma once

#include <functional>

#include "fer/network.h"
#include "fer/teacher.h"
#include "train/step/row_table.h"
#include "train/step/run_inputs.h"

namespace fer::train {

// Fills `answers`, a table of inputs.train, with the mean of the models' probabilities, in the order of the network's
// classes. should_stop is asked after every batch. Throws Error naming the model that cannot be loaded, has other
// classes or does not take such pictures, and where should_stop says so.
TeacherFigures ask_teacher(const Teacher& teacher, const Network& network, const RunInputs& inputs,
                           const std::function<bool()>& should_stop, RowTable& answers);

// For each class of the network the one of the model that has its name; where one of the two has no names, as many are
// taken in their order. Throws Error saying what differs.
std::vector<int64_t> classes_of_teacher(const Network& network, const Network& model);

}  // namespace fer::train
