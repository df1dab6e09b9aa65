// verify says of every field of a result what stands behind it: the lists are held against the schemas, so that a new field has to
// be entered.
#include "results/provenance.hpp"

#include <gtest/gtest.h>

#include <map>

#include "cnnbench/results/row.hpp"
#include "cnnbench/results/run_result.hpp"

namespace cnnbench {
namespace {

using Json = nlohmann::ordered_json;

// The pointers of all leaves of a schema, * for the items of a list of objects.
void add_leaves(const Json& schema, const Json& root, const std::string& at, std::vector<std::string>& out) {
  if (schema.contains("$ref"))
    return add_leaves(root.at(Json::json_pointer(schema["$ref"].get<std::string>().substr(1))), root, at, out);
  if (schema.contains("properties")) {
    for (const auto& [name, property] : schema["properties"].items()) add_leaves(property, root, at + "/" + name, out);
  } else if (schema.contains("items") && schema["items"].contains("$ref")) {
    add_leaves(schema["items"], root, at + "/*", out);
  } else {
    out.push_back(at);
  }
}

void check(const Json& schema, std::span<const FieldProvenance> list) {
  std::vector<std::string> leaves;
  add_leaves(schema, schema, "", leaves);
  ASSERT_GT(leaves.size(), 50U);
  std::map<std::string_view, int> used;
  for (const std::string& leaf : leaves) {
    const FieldProvenance* line = provenance_of(list, leaf);
    ASSERT_NE(line, nullptr) << leaf << ": src/results/provenance.cpp does not say what stands behind it";
    ++used[line->field];
  }
  for (const FieldProvenance& line : list) EXPECT_EQ(used.count(line.field), 1U) << line.field << " is no field";
  EXPECT_EQ(used.size(), list.size()) << "a field is entered twice";
}

TEST(Provenance, EveryFieldOfARunIsEntered) { check(result_schema(), result_provenance()); }
TEST(Provenance, EveryFieldOfARowIsEntered) { check(row_schema(), row_provenance()); }

TEST(Provenance, TheLongestLineCounts) {
  constexpr FieldProvenance list[] = {{"/a", Provenance::stated}, {"/a/*/b", Provenance::computed}, {"/ab", Provenance::measured}};
  EXPECT_EQ(provenance_of(list, "/a")->provenance, Provenance::stated);
  EXPECT_EQ(provenance_of(list, "/a/17/b")->provenance, Provenance::computed);
  EXPECT_EQ(provenance_of(list, "/a/17/c")->provenance, Provenance::stated);
  EXPECT_EQ(provenance_of(list, "/ab/c")->provenance, Provenance::measured);
  EXPECT_EQ(provenance_of(list, "/abc"), nullptr);
}

}  // namespace
}  // namespace cnnbench
