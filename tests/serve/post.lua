-- wrk -s tests/serve/post.lua URL -- FILE: posts the picture in FILE.
function init(arguments)
  local file = assert(io.open(arguments[1], "rb"))
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "image/png"
  wrk.body = file:read("*a")
end
