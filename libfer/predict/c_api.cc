// The C interface (fer.h): every exception ends here, as a return value and a message.
#include <exception>
#include <new>
#include <string>
#include <vector>

#include "fer.h"
#include "fer/error.h"
#include "fer/predictor.h"
#include "fer/version.h"

struct fer_model {
  explicit fer_model(const char* path) : predictor(fer::Predictor::load(path)), names(predictor.class_names()) {
    for (int64_t i = static_cast<int64_t>(names.size()); i < predictor.class_count(); ++i) {
      names.push_back(std::to_string(i));
    }
  }

  fer::Predictor predictor;
  std::vector<std::string> names;
};

namespace {

thread_local std::string last_error;

// Keeping a message may itself run out of memory; then there is none.
void keep_error(const char* message) noexcept {
  try {
    last_error = message;
  } catch (...) {
    last_error.clear();
  }
}

// f(), or `failed` with the message kept.
template <class Result, class F>
Result guarded(Result failed, const F& f) noexcept {
  try {
    return f();
  } catch (const std::bad_alloc&) {
    keep_error("out of memory");
  } catch (const std::exception& e) {
    keep_error(e.what());
  } catch (...) {
    keep_error("unknown failure");
  }
  return failed;
}

void expect_given(const void* argument, const char* name) {
  if (argument == nullptr) throw fer::Error(std::string(name) + ": expected a pointer, found NULL");
}

template <class Value>
int predict(const fer_model* model, const Value* values, const char* name, size_t n, float* probabilities) noexcept {
  return guarded(-1, [&] {
    expect_given(model, "model");
    if (n == 0) return 0;
    expect_given(values, name);
    expect_given(probabilities, "probabilities");
    const fer::Predictor& p = model->predictor;
    const size_t size = p.height() * p.width() * p.channels(), classes = p.class_count();
    if (n > SIZE_MAX / sizeof(float) / (size + classes)) throw fer::Error("n: more pictures than memory can hold");
    p.predict_into(std::span(values, n * size), std::span(probabilities, n * classes));
    return 0;
  });
}

}  // namespace

extern "C" {

fer_model* fer_load(const char* path) {
  return guarded<fer_model*>(nullptr, [&] {
    expect_given(path, "path");
    return new fer_model(path);
  });
}

void fer_free(fer_model* model) { delete model; }

int64_t fer_height(const fer_model* model) { return model == nullptr ? 0 : model->predictor.height(); }
int64_t fer_width(const fer_model* model) { return model == nullptr ? 0 : model->predictor.width(); }
int64_t fer_channels(const fer_model* model) { return model == nullptr ? 0 : model->predictor.channels(); }
int64_t fer_class_count(const fer_model* model) { return model == nullptr ? 0 : model->predictor.class_count(); }

const char* fer_class_name(const fer_model* model, int64_t index) {
  if (model == nullptr || index < 0 || index >= static_cast<int64_t>(model->names.size())) return nullptr;
  return model->names[index].c_str();
}

int fer_predict(const fer_model* model, const uint8_t* pixels, size_t n, float* probabilities) {
  return predict(model, pixels, "pixels", n, probabilities);
}

int fer_predict_floats(const fer_model* model, const float* inputs, size_t n, float* probabilities) {
  return predict(model, inputs, "inputs", n, probabilities);
}

const char* fer_last_error(void) { return last_error.c_str(); }
const char* fer_version(void) { return fer::version(); }

}  // extern "C"
