#include "cnnbench/core/sha256.hpp"

#include <gtest/gtest.h>

#include "support/temporary_folder.hpp"

namespace cnnbench {
namespace {

// The examples of FIPS 180-4 and NIST's SHAVS.
TEST(Sha256, GivesTheStandardsDigests) {
  EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256(std::string(1000000, 'a')), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, DoesNotDependOnThePieces) {
  for (const std::size_t size : {1u, 54u, 55u, 56u, 57u, 63u, 64u, 65u, 119u, 120u, 128u, 300u}) {
    const std::string text(size, 'x');
    Sha256 pieces;
    for (std::size_t at = 0; at < size; at += 7) pieces.add(std::string_view(text).substr(at, 7));
    EXPECT_EQ(pieces.hex(), sha256(text)) << size;
  }
}

TEST(Sha256, OfAFile) {
  const test::TemporaryFolder tree;
  EXPECT_EQ(sha256_of_file(tree.put("abc", "abc")), sha256("abc"));
  EXPECT_EQ(sha256_of_file(tree.put("big", std::string(1000000, 'a'))), sha256(std::string(1000000, 'a')));
  EXPECT_FALSE(sha256_of_file(tree.path() / "none"));
  EXPECT_FALSE(sha256_of_file(tree.path()));
}

}  // namespace
}  // namespace cnnbench
