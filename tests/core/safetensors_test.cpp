#include "cnnbench/core/safetensors.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstring>

#include "cnnbench/core/error.hpp"
#include "cnnbench/core/random.hpp"
#include "support/temporary_folder.hpp"

namespace cnnbench {
namespace {

using test::TemporaryFolder;
using ::testing::HasSubstr;

// A file from its header and data, as another program might write it.
std::string file_of(const std::string& header, const std::string& data) {
  const std::uint64_t length = header.size();
  std::string out(8, '\0');
  std::memcpy(out.data(), &length, 8);
  return out + header + data;
}

std::string written_example(const TemporaryFolder& tree) {
  const std::array<float, 6> weights{1, 2, 3, 4, 5, 6};
  const std::array<std::int64_t, 1> step{42};
  const std::array<std::uint8_t, 3> small{7, 8, 9};
  write_safetensors(tree.path() / "a.safetensors",
                    {{"small", "U8", {3}, std::as_bytes(std::span(small))},
                     {"weights", "F32", {2, 3}, std::as_bytes(std::span(weights))},
                     {"none", "F32", {0, 5}, {}},
                     {"step", "I64", {}, std::as_bytes(std::span(step))}},
                    {{"classes", "[\"cat\",\"dog\"]"}, {"note", "K\xc3\xa4tzchen \"quoted\"\n"}});
  return tree.get("a.safetensors");
}

TEST(Safetensors, WhatIsWrittenIsReadBack) {
  const TemporaryFolder tree;
  written_example(tree);
  const Safetensors read = read_safetensors(tree.path() / "a.safetensors");
  EXPECT_EQ(read.tensors().size(), 4u);
  EXPECT_EQ(read.at("weights").dtype, "F32");
  EXPECT_EQ(read.at("weights").shape, (std::vector<std::int64_t>{2, 3}));
  std::array<float, 6> weights{};
  ASSERT_EQ(read.at("weights").bytes.size(), sizeof weights);
  std::memcpy(weights.data(), read.at("weights").bytes.data(), sizeof weights);
  EXPECT_EQ(weights, (std::array<float, 6>{1, 2, 3, 4, 5, 6}));
  EXPECT_TRUE(read.at("step").shape.empty());
  EXPECT_EQ(static_cast<int>(read.at("step").bytes[0]), 42);
  EXPECT_TRUE(read.at("none").bytes.empty());
  EXPECT_EQ(read.text("note"), "K\xc3\xa4tzchen \"quoted\"\n");
  EXPECT_EQ(read_safetensors_metadata(tree.path() / "a.safetensors"), read.metadata());
  EXPECT_EQ(read.find("other"), nullptr);
}

TEST(Safetensors, TheFileIsAsTheFormatSays) {
  const TemporaryFolder tree;
  const std::string file = written_example(tree);
  std::uint64_t length = 0;
  std::memcpy(&length, file.data(), 8);
  EXPECT_EQ(length % 8, 0u);
  EXPECT_EQ(file.size(), 8 + length + 8 + 24 + 3);
  EXPECT_EQ(file[8], '{');
  // Widest elements first: 8 bytes of step, 24 of weights, 3 of small.
  EXPECT_THAT(file.substr(8, length), HasSubstr(R"("step":{"dtype":"I64","shape":[],"data_offsets":[0,8]})"));
  EXPECT_THAT(file.substr(8, length), HasSubstr(R"("weights":{"dtype":"F32","shape":[2,3],"data_offsets":[8,32]})"));
  EXPECT_THAT(file.substr(8, length), HasSubstr(R"("small":{"dtype":"U8","shape":[3],"data_offsets":[32,35]})"));
}

TEST(Safetensors, AFileOfAnotherProgramIsRead) {
  const TemporaryFolder tree;
  const auto path = tree.put(
      "b",
      file_of(R"({"b":{"dtype":"BF16","shape":[1],"data_offsets":[2,4]},"a":{"dtype":"I8","shape":[2],"data_offsets":[0,2]}}   )",
              "abcd"));
  const Safetensors read = read_safetensors(path);
  EXPECT_EQ(read.tensors()[0].name, "a");
  EXPECT_EQ(static_cast<char>(read.at("b").bytes[0]), 'c');
  EXPECT_TRUE(read.metadata().empty());
  EXPECT_TRUE(read_safetensors(tree.put("empty", file_of("{}", ""))).tensors().empty());
}

std::string problem_of(const std::string& content) {
  const TemporaryFolder tree;
  try {
    read_safetensors(tree.put("x", content));
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ExitCode::failed);
    EXPECT_FALSE(e.remedy().empty());
    const std::string prefix = (tree.path() / "x").string() + ": not a valid safetensors file: ", what = e.what();
    EXPECT_THAT(what, ::testing::StartsWith(prefix));
    return what.substr(std::min(prefix.size(), what.size()));
  }
  return "no error";
}

std::string problem_of(const std::string& header, const std::string& data) { return problem_of(file_of(header, data)); }

TEST(Safetensors, MalformedFilesAreNamedWithTheirPlace) {
  EXPECT_EQ(problem_of(""), "it has 0 bytes, not even the header's length");
  EXPECT_EQ(problem_of(std::string(8, '\xff')), "the header should have 18446744073709551615 bytes, the file has 8");
  EXPECT_EQ(problem_of("[]", ""), "the header does not begin with '{'");
  EXPECT_EQ(problem_of("{\"a\":", ""), "the header is no JSON, at byte 13");
  EXPECT_EQ(problem_of(R"({"a":{"b":{"c":{"d":{"e":{}}}}}})", ""), "the header is nested too deeply");
  EXPECT_EQ(problem_of(R"({"a":5})", ""), "tensor 'a': expected dtype, shape and data_offsets");
  EXPECT_EQ(problem_of(R"({"__metadata__":{"a":5}})", ""), "__metadata__ 'a' is not a text");
  EXPECT_EQ(problem_of(R"({"__metadata__":[]})", ""), "__metadata__ is not an object");
  EXPECT_EQ(problem_of(R"({"__metadata__":{},"__metadata__":{}})", ""), "the header has '__metadata__' twice");
  const auto tensor = [](const std::string& dtype, const std::string& shape, const std::string& offsets) {
    return R"({"a":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}";
  };
  EXPECT_EQ(problem_of(tensor("U8", "[2]", "[0,2]"), "ab"), "no error");
  EXPECT_EQ(problem_of(tensor("F7", "[2]", "[0,2]"), "ab"), "tensor 'a': unknown dtype \"F7\"");
  EXPECT_EQ(problem_of(tensor("U8", "2", "[0,2]"), "ab"), "tensor 'a': shape is not a list");
  EXPECT_EQ(problem_of(tensor("U8", "[-2]", "[0,2]"), "ab"), "tensor 'a': a side of its shape is not a whole number from 0 on");
  EXPECT_EQ(problem_of(tensor("U8", "[2.0]", "[0,2]"), "ab"), "tensor 'a': a side of its shape is not a whole number from 0 on");
  EXPECT_EQ(problem_of(tensor("U8", "[18446744073709551615]", "[0,2]"), "ab"), "tensor 'a': its shape is too large");
  EXPECT_EQ(problem_of(tensor("F32", "[4611686018427387905,4]", "[0,2]"), "ab"), "tensor 'a': its shape is too large");
  EXPECT_EQ(problem_of(tensor("U8", "[2]", "[0]"), "ab"), "tensor 'a': data_offsets is not a pair");
  EXPECT_EQ(problem_of(tensor("U8", "[2]", "[2,0]"), "ab"), "tensor 'a': it ends before it begins");
  EXPECT_EQ(problem_of(tensor("F32", "[2]", "[0,2]"), "ab"), "tensor 'a': its shape needs 8 bytes, its offsets give 2");
  EXPECT_EQ(problem_of(tensor("U8", "[2]", "[1,3]"), "abc"), "tensor 'a' begins at byte 1 of the data, where 0 was expected");
  EXPECT_EQ(problem_of(tensor("U8", "[2]", "[0,2]"), "a"), "the tensors take 2 bytes, the file has 1");
  EXPECT_EQ(problem_of(tensor("U8", "[2]", "[0,2]"), "abc"), "the tensors take 2 bytes, the file has 3");
  EXPECT_EQ(
      problem_of(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}})",
                 "abc"),
      "tensor 'b' begins at byte 1 of the data, where 2 was expected");
  EXPECT_EQ(
      problem_of(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})",
                 "a"),
      "the header has 'a' twice");
}

TEST(Safetensors, AHeaderThatClaimsGigabytesTakesNone) {
  const TemporaryFolder tree;
  const auto path = tree.put("sparse", std::string("\0\0\0\x40\0\0\0\0{", 9));  // a header of 1 GiB
  std::filesystem::resize_file(path, std::uint64_t{2} << 30);
  try {
    read_safetensors(path);
    FAIL();
  } catch (const Error& e) {
    EXPECT_THAT(e.what(), HasSubstr("the header should have 1073741824 bytes, more than any network needs"));
  }
}

TEST(Safetensors, MoreThanAllowedIsNotRead) {
  const TemporaryFolder tree;
  written_example(tree);
  EXPECT_THROW(read_safetensors(tree.path() / "a.safetensors", 34), Error);
  EXPECT_NO_THROW(read_safetensors(tree.path() / "a.safetensors", 35));
  EXPECT_THROW(read_safetensors(tree.path() / "missing"), Error);
  EXPECT_THROW(read_safetensors(tree.path()), Error);
}

TEST(Safetensors, WhatCannotBeWrittenLeavesTheOldFile) {
  const TemporaryFolder tree;
  const auto path = tree.put("a", "old");
  const std::array<std::byte, 4> four{};
  EXPECT_THROW(write_safetensors(path, {{"a", "F32", {2}, four}}, {}), Error);
  EXPECT_THROW(write_safetensors(path, {{"a", "F99", {1}, four}}, {}), Error);
  EXPECT_THROW(write_safetensors(path, {{"a", "F32", {-1}, four}}, {}), Error);
  EXPECT_THROW(write_safetensors(path, {{"a", "F32", {1}, four}, {"a", "F32", {1}, four}}, {}), Error);
  EXPECT_THROW(write_safetensors(path, {{"__metadata__", "F32", {1}, four}}, {}), Error);
  EXPECT_EQ(tree.get("a"), "old");
}

TEST(Safetensors, WhatItLacksIsNamedWithTheFile) {
  const TemporaryFolder tree;
  written_example(tree);
  const Safetensors read = read_safetensors(tree.path() / "a.safetensors");
  const auto fault = [](auto&& look) -> std::string {
    try {
      look();
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), ExitCode::failed);
      EXPECT_THAT(e.remedy(), HasSubstr("check that it is a checkpoint of"));
      return e.what();
    }
    return "";
  };
  const std::string file = (tree.path() / "a.safetensors").string();
  EXPECT_EQ(fault([&] { (void)read.at("bias"); }), file + ": it has no tensor 'bias'");
  EXPECT_EQ(fault([&] { (void)read.text("config"); }), file + ": its metadata has no 'config'");
}

TEST(Safetensors, AHeaderThatNobodyWouldReadIsNotWritten) {
  const TemporaryFolder tree;
  const std::string old = written_example(tree);
  EXPECT_THROW(write_safetensors(tree.path() / "a.safetensors", {}, {{"note", std::string(17 << 20, 'x')}}), Error);
  EXPECT_EQ(tree.get("a.safetensors"), old);
}

TEST(Safetensors, TextsThatAreNotUtf8AreKeptReadable) {
  const TemporaryFolder tree;
  write_safetensors(tree.path() / "a", {}, {{"class", "cat\xff"}});
  EXPECT_EQ(read_safetensors(tree.path() / "a").text("class"), "cat\xef\xbf\xbd");
}

// Bytes changed, cut, doubled at random (always the same): an Error or a file whose tensors can be touched to the last byte.
TEST(Safetensors, NoMutationCrashes) {
  const TemporaryFolder tree;
  const std::string good = written_example(tree);
  int refused = 0, accepted = 0;
  for (std::uint64_t round = 0; round < 3000; ++round) {
    RandomStream random{2024, round};
    std::string bad = good;
    for (std::uint64_t change = random.below(4); change < 4; ++change) {
      const std::size_t at = random.below(bad.size());
      switch (random.below(5)) {
        case 0:
          bad[at] = static_cast<char>(random.below(256));
          break;
        case 1:
          bad[at] = static_cast<char>(bad[at] ^ (1 << random.below(8)));
          break;
        case 2:
          bad.resize(at + 1);
          break;
        case 3:
          bad.insert(at, bad.substr(random.below(bad.size()), random.below(40)));
          break;
        default:
          bad[at] = "0123456789{}[],:\"-"[random.below(18)];
      }
    }
    std::filesystem::remove(tree.path() / "bad");  // writing over a file makes some file systems wait for the disk
    try {
      const Safetensors read = read_safetensors(tree.put("bad", bad));
      unsigned sum = 0;
      for (const TensorView& t : read.tensors())
        for (const std::byte b : t.bytes) sum += static_cast<unsigned>(b);
      EXPECT_LE(sum, 255u * bad.size());
      ++accepted;
    } catch (const Error&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 1000);
  EXPECT_GT(accepted, 100);  // changes of the tensors' own bytes
}

}  // namespace
}  // namespace cnnbench
