#include "cascade/model/xml_tree.h"

#include <expat.h>
#include <fmt/format.h>

#include <exception>
#include <memory>

#include "fer/error.h"

namespace fer::cascade {
namespace {

constexpr size_t kMaxElements = 1'000'000, kMaxDepth = 32;

// What expat's callbacks fill. Nothing is thrown through expat, which is C: the first failure is kept.
struct TreeBuilder {
  XML_Parser parser = nullptr;
  std::string name;
  XmlElement root;
  std::vector<XmlElement*> open = {&root};  // stable: an element gets brothers only after it is closed
  size_t elements = 0;
  std::exception_ptr failure;

  size_t line() const { return XML_GetCurrentLineNumber(parser); }

  template <class Work>
  void guarded(const Work& work) {
    if (failure) return;
    try {
      work();
    } catch (...) {
      failure = std::current_exception();
      XML_StopParser(parser, XML_FALSE);
    }
  }

  void refuse(const std::string& why) const { throw Error(fmt::format("{}:{}: {}", name, line(), why)); }
};

TreeBuilder& builder_of(void* data) { return *static_cast<TreeBuilder*>(data); }

void begin_element(void* data, const XML_Char* name, const XML_Char** attributes) {
  TreeBuilder& b = builder_of(data);
  b.guarded([&] {
    if (++b.elements > kMaxElements) b.refuse(fmt::format("expected at most {} elements", kMaxElements));
    if (b.open.size() > kMaxDepth) b.refuse(fmt::format("expected elements within at most {} others", kMaxDepth));
    XmlElement& element = b.open.back()->children.emplace_back();
    element.name = name;
    element.line = b.line();
    for (; *attributes != nullptr; attributes += 2) {
      if (std::string_view(attributes[0]) == "type_id") element.type_id = attributes[1];
    }
    b.open.push_back(&element);
  });
}

void end_element(void* data, const XML_Char*) {
  TreeBuilder& b = builder_of(data);
  b.guarded([&] { b.open.pop_back(); });
}

void add_text(void* data, const XML_Char* text, int length) {
  TreeBuilder& b = builder_of(data);
  b.guarded([&] { b.open.back()->text.append(text, static_cast<size_t>(length)); });
}

void begin_doctype(void* data, const XML_Char*, const XML_Char*, const XML_Char*, int) {
  TreeBuilder& b = builder_of(data);
  b.guarded([&] { b.refuse("expected no document type (<!DOCTYPE>): OpenCV's files have none"); });
}

}  // namespace

const XmlElement* XmlElement::find(std::string_view child) const {
  for (const XmlElement& element : children) {
    if (element.name == child) return &element;
  }
  return nullptr;
}

XmlElement parse_xml(std::string_view text, const std::string& name) {
  const std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> parser(XML_ParserCreate(nullptr), XML_ParserFree);
  if (!parser) throw std::bad_alloc();
  TreeBuilder builder;
  builder.parser = parser.get();
  builder.name = name;
  XML_SetUserData(parser.get(), &builder);
  XML_SetElementHandler(parser.get(), begin_element, end_element);
  XML_SetCharacterDataHandler(parser.get(), add_text);
  XML_SetStartDoctypeDeclHandler(parser.get(), begin_doctype);
  const XML_Status status = XML_Parse(parser.get(), text.data(), static_cast<int>(text.size()), XML_TRUE);
  if (builder.failure) std::rethrow_exception(builder.failure);
  if (status != XML_STATUS_OK) {
    const XML_Error error = XML_GetErrorCode(parser.get());
    if (error == XML_ERROR_NO_MEMORY) throw std::bad_alloc();
    throw Error(fmt::format("{}:{}: expected XML: {}", name, builder.line(), XML_ErrorString(error)));
  }
  return std::move(builder.root.children.at(0));
}

}  // namespace fer::cascade
