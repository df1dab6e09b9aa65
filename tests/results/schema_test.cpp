// docs/result.schema.json lists what is written, no more and no less. Values are checked end to end by an independent validator.
#include <gtest/gtest.h>

#include <set>

#include "cnnbench/core/files.hpp"
#include "cnnbench/results/run_result.hpp"

namespace cnnbench {
namespace {

using Json = nlohmann::ordered_json;

std::set<std::string> keys_of(const Json& object) {
  std::set<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.insert(key);
  return keys;
}

class ResultSchema : public ::testing::Test {
 protected:
  const Json schema = Json::parse(read_file(CNNBENCH_SOURCE_DIR "/docs/result.schema.json", 1 << 20));

  // The schema itself, or what its $ref points to.
  const Json& resolved(const Json& node) const {
    return node.contains("$ref") ? schema.at(Json::json_pointer(node.at("$ref").get<std::string>().substr(1))) : node;
  }
  void compare(const Json& node, const Json& value, const std::string& place) const {
    const Json& rules = resolved(node);
    if (value.is_object() && rules.contains("properties")) {
      EXPECT_EQ(keys_of(rules.at("properties")), keys_of(value)) << place;
      for (const auto& [key, child] : value.items())
        if (rules.at("properties").contains(key)) compare(rules.at("properties").at(key), child, place + "/" + key);
    }
    if (value.is_array() && !value.empty() && rules.contains("items")) compare(rules.at("items"), value[0], place + "/0");
  }
};

TEST_F(ResultSchema, ListsEveryFieldThatIsWritten) {
  RunResult result;
  stamp(result);
  result.epochs.emplace_back();
  result.skipped.emplace_back();
  result.telemetry_series.emplace_back();
  compare(schema, to_json(result), "");
}

TEST_F(ResultSchema, SaysWhatEveryFieldMeans) {
  const std::function<void(const Json&, const std::string&)> check = [&](const Json& node, const std::string& place) {
    if (!node.contains("properties")) return;
    for (const auto& [key, child] : node.at("properties").items()) {
      const Json& rules = resolved(child);
      EXPECT_TRUE(rules.contains("description") || rules.contains("enum")) << place << "/" << key;
      check(rules, place + "/" + key);
      if (rules.contains("items")) check(resolved(rules.at("items")), place + "/" + key + "/0");
    }
  };
  check(schema, "");
}

}  // namespace
}  // namespace cnnbench
