// libtorch's wheel has Gloo within and c10d's headers for it, but not Gloo's own, which those include. What c10d's classes say of
// Gloo are pointers; these names are enough for them.
#pragma once
