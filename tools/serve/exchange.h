// A request as Beast parses it becomes one of the service's, and the service's response one that Beast writes.
#pragma once

#include "tools/serve/asio.h"
#include "tools/serve/message.h"

namespace fer::serve {

using Parser = http::request_parser<http::buffer_body>;

// Sets the limits of a fresh parser.
void prepare(Parser& parser);
Head head_of(const Parser& parser);
// Whether the client waits for word before it sends the body.
bool expects_continue(const Parser& parser);
// What is said to one whose request is not HTTP, or breaks a limit that the parser holds.
Response malformed(const boost::system::error_code& error);

http::response<http::string_body> written(Response response, unsigned version, bool keep_alive);

}  // namespace fer::serve
