#include "useragent/user_agent.h"

#include <gtest/gtest.h>

namespace clew::useragent {
namespace {

std::string text(UserAgents& agents, const char* header) {
  const auto agent = agents.parse(header);
  return agent->browser + " " + agent->browser_version + " | " + agent->os + " " + agent->os_version + " | " +
         agent->device_type + " | " + agent->device_brand + " " + agent->device_model;
}

TEST(UserAgentTest, WhatIsInTheWild) {
  UserAgents agents;
  struct Case {
    const char* header;
    const char* expected;
  };
  for (const Case& c : {
           Case{"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36",
                "Chrome 130.0.0 | Linux  | desktop |  "},
           Case{"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:131.0) Gecko/20100101 Firefox/131.0",
                "Firefox 131.0 | Windows 10 | desktop |  "},
           Case{"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 "
                "Safari/605.1.15",
                "Safari 17.6 | Mac OS X 10.15.7 | desktop | Apple Mac"},
           Case{"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
                "Version/17.5 Mobile/15E148 Safari/604.1",
                "Mobile Safari 17.5 | iOS 17.5.1 | mobile | Apple iPhone"},
           Case{"Mozilla/5.0 (Linux; Android 14; SM-G998B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.6668.100 "
                "Mobile Safari/537.36",
                "Chrome Mobile 129.0.6668 | Android 14 | mobile | Samsung SM-G998B"},
           Case{"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
                "Googlebot 2.1 |   | bot | Spider Desktop"},
           Case{"", "  |   |  |  "},
       }) {
    EXPECT_EQ(text(agents, c.header), c.expected) << c.header;
  }
}

TEST(UserAgentTest, HostileHeadersAreCutAndRemembered) {
  UserAgents agents;
  const std::string longest(100'000, 'a');
  EXPECT_EQ(agents.parse(longest), agents.parse(longest.substr(0, 512)));
}

}  // namespace
}  // namespace clew::useragent
