// The C interface (fer.h): every exception ends here, as a return value and a message.
#include <algorithm>
#include <cstring>
#include <exception>
#include <new>
#include <span>
#include <string>

#include "fer.h"
#include "fer/classifier.h"
#include "fer/default_model.h"
#include "fer/error.h"
#include "fer/version.h"

struct fer_model {
  explicit fer_model(const char* path) : classifier(fer::Classifier::load(path)) {}

  fer::Classifier classifier;
};

namespace {

// Memory of the thread's own, since there may be no other; a longer message is cut off.
constexpr size_t kMessageBytes = 1024;
thread_local char last_error[kMessageBytes] = "";

void keep_error(const char* message) noexcept {
  const size_t bytes = std::min(std::strlen(message), kMessageBytes - 1);
  std::memmove(last_error, message, bytes);
  last_error[bytes] = '\0';
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
    const fer::Classifier& c = model->classifier;
    const size_t size = c.height() * c.width() * c.channels(), classes = c.class_count();
    if (n > SIZE_MAX / sizeof(float) / (size + classes)) throw fer::Error("n: more pictures than memory can hold");
    c.predict_into(std::span(values, n * size), std::span(probabilities, n * classes));
    return 0;
  });
}

// ask(classifier) gives the prediction.
template <class F>
int predict_picture(const fer_model* model, float* probabilities, const F& ask) noexcept {
  return guarded(-1, [&] {
    expect_given(model, "model");
    expect_given(probabilities, "probabilities");
    const fer::Prediction prediction = ask(model->classifier);
    std::copy(prediction.probabilities.begin(), prediction.probabilities.end(), probabilities);
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

const char* fer_default_model() {
  thread_local std::string path;
  return guarded<const char*>(nullptr, [&] {
    path = fer::default_model().path;
    return path.c_str();
  });
}

void fer_free(fer_model* model) { delete model; }

int64_t fer_height(const fer_model* model) { return model == nullptr ? 0 : model->classifier.height(); }
int64_t fer_width(const fer_model* model) { return model == nullptr ? 0 : model->classifier.width(); }
int64_t fer_channels(const fer_model* model) { return model == nullptr ? 0 : model->classifier.channels(); }
int64_t fer_class_count(const fer_model* model) { return model == nullptr ? 0 : model->classifier.class_count(); }

const char* fer_class_name(const fer_model* model, int64_t index) {
  if (model == nullptr || index < 0 || index >= model->classifier.class_count()) return nullptr;
  return model->classifier.class_names()[static_cast<size_t>(index)].c_str();
}

int fer_predict(const fer_model* model, const uint8_t* pixels, size_t n, float* probabilities) {
  return predict(model, pixels, "pixels", n, probabilities);
}

int fer_predict_floats(const fer_model* model, const float* inputs, size_t n, float* probabilities) {
  return predict(model, inputs, "inputs", n, probabilities);
}

int fer_predict_file(const fer_model* model, const char* path, float* probabilities) {
  return predict_picture(model, probabilities, [&](const fer::Classifier& classifier) {
    expect_given(path, "path");
    return classifier.predict_file(path);
  });
}

int fer_predict_encoded(const fer_model* model, const void* bytes, size_t size, float* probabilities) {
  return predict_picture(model, probabilities, [&](const fer::Classifier& classifier) {
    expect_given(bytes, "bytes");
    return classifier.predict_encoded(std::span(static_cast<const uint8_t*>(bytes), size));
  });
}

const char* fer_last_error(void) { return last_error; }
const char* fer_version(void) { return fer::version(); }

}  // extern "C"
