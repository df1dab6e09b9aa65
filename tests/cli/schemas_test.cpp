// The files in docs/schemas are those that the field lists give, and what is written part by part is as its list says. The
// documents themselves are checked end to end by an independent validator (tests/e2e/test_schemas.py).
#include "cnnbench/cli/schemas.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "cnnbench/core/document.hpp"
#include "cnnbench/core/files.hpp"
#include "cnnbench/measure/machine.hpp"
#include "cnnbench/measure/record_fields.hpp"
#include "cnnbench/measure/software.hpp"

namespace cnnbench {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

TEST(Schemas, FilesAreUpToDate) {
  const fs::path folder = fs::path(CNNBENCH_SOURCE_DIR) / "docs/schemas";
  std::vector<std::string> known;
  for (const DocumentSchema& s : document_schemas()) {
    const fs::path file = folder / (std::string(s.name) + ".schema.json");
    known.push_back(file.filename().string());
    if (std::getenv("CNNBENCH_UPDATE_GOLDEN")) write_atomic(file, schema_text(s));
    ASSERT_TRUE(fs::exists(file)) << file << ": CNNBENCH_UPDATE_GOLDEN=1 writes it";
    EXPECT_EQ(read_file(file, 1 << 24), schema_text(s)) << file << ": CNNBENCH_UPDATE_GOLDEN=1 renews it";
  }
  for (const auto& entry : fs::directory_iterator(folder))
    EXPECT_NE(std::find(known.begin(), known.end(), entry.path().filename().string()), known.end())
        << entry.path() << ": nothing makes this schema";
}

std::vector<std::string> keys_of(const Json& object) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.push_back(key);
  return keys;
}

template <class T>
std::vector<std::string> listed() {
  Json defs = Json::object();
  return keys_of(schema::object_schema<T>(defs)["properties"]);
}

// A second list of the same keys would go stale: this one is held to what is written, in its order.
TEST(Schemas, RecordsOfTheMachineAreWhatTheirListsSay) {
  const Json machine = machine_record();
  EXPECT_EQ(keys_of(machine), listed<MachineRecord>());
  EXPECT_EQ(keys_of(software_record()), listed<SoftwareRecord>());
}

struct Inner {
  double speed = 0;
  std::optional<int> known{};
};
struct Outer {
  std::vector<Inner> columns;
  Maybe<Inner> maybe;
  std::vector<std::pair<std::string, int>> counts;
};

}  // namespace

template <>
struct Fields<Inner> {
  static constexpr std::string_view name = "inner", text = "Some.";
  static void of(auto& i, auto&& field) {
    field("speed", i.speed, "A speed.", Rule{.min = 0, .or_nan = true});
    field("known", i.known, "A number.", at_least_1);
    field("twice", 2 * i.speed, "Follows from it.");
  }
};
template <>
inline constexpr bool as_columns<Inner> = true;
template <>
struct Fields<Outer> {
  static constexpr std::string_view name = "outer", text = "All.";
  static constexpr int version = 3;
  static void of(auto& o, auto&& field) {
    field("columns", o.columns, "Columns.");
    field("maybe", o.maybe, "Not always there.");
    field("counts", o.counts, "By name.");
  }
};

namespace {

TEST(Documents, AreWrittenAndDescribedByOneList) {
  const Outer none{.columns = {{.speed = 1.5}, {.speed = std::nan(""), .known = 2}}, .maybe = {}, .counts = {{"z", 1}, {"a", 2}}};
  EXPECT_EQ(document(none).dump(),
            R"({"schema_version":3,"columns":{"speed":[1.5,null],"known":[null,2],"twice":[3.0,null]},"counts":{"z":1,"a":2}})");
  Outer some;
  some.maybe.emplace(Inner{.speed = 2});
  EXPECT_EQ(document(some)["maybe"].dump(), R"({"speed":2.0,"known":null,"twice":4.0})");
  const Json schema = document_schema<Outer>("title");
  EXPECT_EQ(schema["required"], Json({"schema_version", "columns", "counts"}));
  EXPECT_EQ(schema["properties"]["maybe"]["$ref"], "#/$defs/inner");
  const Json& inner = schema["$defs"]["inner"]["properties"];
  EXPECT_EQ(inner["speed"].dump(), R"({"description":"A speed.","type":["number","null"],"minimum":0})");
  EXPECT_EQ(inner["known"].dump(), R"({"description":"A number.","type":["integer","null"],"minimum":1})");
  EXPECT_EQ(schema["properties"]["columns"]["properties"]["known"]["items"]["type"].dump(), R"(["integer","null"])");
  EXPECT_EQ(schema["properties"]["counts"]["additionalProperties"]["type"], "integer");
}

}  // namespace
}  // namespace cnnbench
