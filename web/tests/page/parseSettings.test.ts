import { expect, it } from "vitest";
import { parseSettings } from "../../src/page/parseSettings";

it("goes by the usual where the address says nothing", () => {
  expect(parseSettings("")).toEqual({
    stage: "default",
    wall: [],
    quality: "auto",
    look: null,
    placement: null,
    camera: "directed",
    debug: false,
    kiosk: false,
    transparent: false,
    mirror: false,
    keystone: null,
    keystoneSetup: false,
    night: null,
    attract: null,
    sound: false,
    whip: null,
    complaints: [],
  });
});

it("reads the address", () => {
  const query =
    "?stage=left&quality=low&look=ink&placement=merged&kiosk&night=22:00-08:30&attract=5";
  expect(parseSettings(query)).toMatchObject({
    stage: "left",
    quality: "low",
    look: "ink",
    placement: "merged",
    kiosk: true,
    night: { from: 22 * 60, to: 8 * 60 + 30 },
    attract: 5,
    complaints: [],
  });
  expect(parseSettings("?whip=https://a.b/whip/1").whip).toBe("https://a.b/whip/1");
  expect(parseSettings("?wall=left,default").wall).toEqual(["left", "default"]);
  expect(parseSettings("?transparent").camera).toBe("still");
  expect(parseSettings("?transparent&camera=directed").camera).toBe("directed");
  expect(parseSettings("?kiosk").attract).toBeGreaterThan(0);
  expect(parseSettings("?keystone").keystoneSetup).toBe(true);
  expect(parseSettings("?keystone=0,0,1,0.1,1,1,0,1").keystone?.[1]).toEqual([1, 0.1]);
});

it.each([
  "quality=best",
  "whip=a.b",
  "whip=ftp://a.b",
  "look=toString",
  "camera=drunk",
  "wall=left,,right",
  "wall=1,2,3,4,5,6,7,8,9",
  "placement=near",
  "night=25:00-08:00",
  "night=late",
  "attract=-1",
  "attract=soon",
  "lang=xx",
  "keystone=1,2",
  "keystone=0,0,1,0,1,1,0,NaN",
  "keystone=0,0,1,0,0,1,1,1",
  "keystone=1,0,0,0,0,1,1,1",
])("says a sentence for %s and goes on without it", (part) => {
  const { complaints, ...rest } = parseSettings(`?${part}`);
  expect(complaints).toHaveLength(1);
  expect(complaints[0]).toContain(part);
  expect({ ...rest, complaints: [] }).toEqual(parseSettings(""));
});
