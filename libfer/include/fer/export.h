// Marks what a shared libfer shows: all else in it is compiled with hidden visibility.
#pragma once

// In the public headers alone: `namespace FER_PUBLIC fer {`.
#define FER_PUBLIC [[gnu::visibility("default")]]
