using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Smplat.Tests.Analytics;

public sealed class RecordOfferEventBatchTests
{
    private AnalyticsFixture _api = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _api = await AnalyticsFixture.StartAsync();

    [OneTimeTearDown]
    public ValueTask StopAsync() => _api.DisposeAsync();

    [Test]
    public async Task Every_item_gets_its_own_verdict()
    {
        var id = Guid.NewGuid();
        var (status, body) = await _api.PostAsync(
            $$"""
            {"batch":[
              {"offer_slug":"a","event_type":"b","event_id":"{{id}}"},
              {"offer_slug":"","event_type":"b"},
              {"offer_slug":"a","event_type":"b","event_id":"{{id}}"},
              17,
              {"offer_slug":"c","event_type":"d"}
            ]}
            """);

        Assert.That(status, Is.EqualTo(HttpStatusCode.MultiStatus));
        var results = body.GetProperty("results").EnumerateArray().ToArray();
        Assert.That(
            results.Select(result => result.GetProperty("status").GetString()),
            Is.EqualTo(new[] { "accepted", "rejected", "duplicate", "rejected", "accepted" }));
        Assert.That(results.Select(result => result.GetProperty("index").GetInt32()), Is.EqualTo(new[] { 0, 1, 2, 3, 4 }));
        Assert.That(results[0].GetProperty("id").GetGuid(), Is.EqualTo(id));
        Assert.That(results[1].GetProperty("field").GetString(), Is.EqualTo("offer_slug"));
        Assert.That(results[1].GetProperty("code").GetString(), Is.EqualTo("string_too_short"));
        Assert.That(results[3].TryGetProperty("field", out _), Is.False);
        Assert.That(
            (body.GetProperty("accepted").GetInt32(), body.GetProperty("duplicates").GetInt32(), body.GetProperty("rejected").GetInt32()),
            Is.EqualTo((2, 1, 2)));
    }

    [Test]
    public async Task A_duplicate_member_rejects_only_its_own_event()
    {
        var (status, body) = await _api.PostAsync(
            """[{"offer_slug":"a","event_type":"b","offer_slug":"c"},{"x":1,"x":2,"offer_slug":"a","event_type":"b"}]""");

        Assert.That(status, Is.EqualTo(HttpStatusCode.MultiStatus));
        var results = body.GetProperty("results").EnumerateArray().ToArray();
        Assert.That(
            results.Select(result => result.GetProperty("status").GetString()), Is.EqualTo(new[] { "rejected", "accepted" }));
        Assert.That(results[0].GetProperty("code").GetString(), Is.EqualTo("json_duplicate"));
    }

    [TestCase(260, "extra")]
    [TestCase(300, "extra")]
    [TestCase(300, "metadata")]
    [TestCase(2_000, "metadata")]
    [TestCase(6_000, "extra")]
    [TestCase(40_000, "offer_slug")]
    public async Task An_event_that_is_nested_too_deep_is_refused_and_its_neighbour_stored(int levels, string member)
    {
        var deep = string.Concat(Enumerable.Repeat("{\"a\":", levels)) + "1" + new string('}', levels);
        var before = await _api.CountAsync();

        var (status, body) = await _api.PostAsync(
            $$$"""[{"{{{member}}}":{{{deep}}},"event_type":"b"{{{(member == "offer_slug" ? "" : ",\"offer_slug\":\"a\"")}}}},{"offer_slug":"a","event_type":"b"}]""");

        Assert.That(status, Is.EqualTo(HttpStatusCode.MultiStatus), body.GetRawText());
        Assert.That(
            body.GetProperty("results").EnumerateArray().Select(result => result.GetProperty("status").GetString()),
            Is.EqualTo(new[] { "rejected", "accepted" }));
        Assert.That(await _api.CountAsync() - before, Is.EqualTo(1));
    }

    [Test]
    public async Task An_event_with_broken_text_is_refused_and_its_neighbour_stored()
    {
        var before = await _api.CountAsync();
        byte[] bytes =
        [
            .. """[{"offer_slug":"caf"""u8, 0xC3, .. "\",\"event_type\":\"b\",\"metadata\":{\"n\u0061me\":\""u8, 0xE2, 0x82,
            .. "\"}},{\"offer_slug\":\"café\",\"event_type\":\"b\"}]"u8,
        ];
        using var content = new ByteArrayContent(bytes);

        var (status, body) = await _api.PostAsync(content);

        Assert.That(status, Is.EqualTo(HttpStatusCode.MultiStatus), body.GetRawText());
        Assert.That(body.GetProperty("results")[0].GetProperty("code").GetString(), Is.EqualTo("string_unicode"));
        Assert.That(body.GetProperty("results")[1].GetProperty("status").GetString(), Is.EqualTo("accepted"));
        Assert.That(await _api.CountAsync() - before, Is.EqualTo(1));
    }

    [Test]
    public async Task Two_batches_in_one_body_are_refused()
    {
        var before = await _api.CountAsync();

        var (status, body) = await _api.PostAsync(
            """{"batch":[{"offer_slug":"a","event_type":"b"}],"batch":[{"offer_slug":"c","event_type":"d"}]}""");

        Assert.That(status, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        Assert.That(body.GetRawText(), Does.Contain("json_duplicate"));
        Assert.That(await _api.CountAsync(), Is.EqualTo(before));
    }

    [TestCase(3)]
    [TestCase(200)]
    [TestCase(2_000)]
    public async Task A_batch_that_is_sent_again_is_all_duplicates(int size)
    {
        var batch = Batch(size, _ => Guid.NewGuid().ToString());
        var before = await _api.CountAsync();

        var (first, accepted) = await _api.PostAsync(batch);
        var (second, repeated) = await _api.PostAsync(batch);

        Assert.That((first, second), Is.EqualTo((HttpStatusCode.Accepted, HttpStatusCode.Accepted)));
        Assert.That(accepted.GetProperty("accepted").GetInt32(), Is.EqualTo(size));
        Assert.That(repeated.GetProperty("duplicates").GetInt32(), Is.EqualTo(size));
        Assert.That(await _api.CountAsync() - before, Is.EqualTo(size));
    }

    [Test]
    public async Task A_partly_known_batch_stores_only_the_new_events()
    {
        var known = Batch(100, index => $"known-{index}");
        var mixed = Batch(200, index => index % 2 == 0 ? $"known-{index / 2}" : $"new-{index}");
        await _api.PostAsync(known);

        var (_, body) = await _api.PostAsync(mixed);

        var results = body.GetProperty("results").EnumerateArray().Select(result => result.GetProperty("status").GetString()!).ToArray();
        Assert.That(results.Where((_, index) => index % 2 == 0), Is.All.EqualTo("duplicate"));
        Assert.That(results.Where((_, index) => index % 2 == 1), Is.All.EqualTo("accepted"));
    }

    [Test]
    public async Task One_Idempotency_Key_covers_a_batch_without_ids()
    {
        const string Batch = """[{"offer_slug":"a","event_type":"b"},{"offer_slug":"a","event_type":"b"}]""";
        var key = ("Idempotency-Key", Guid.NewGuid().ToString());

        var (_, first) = await _api.PostAsync(Batch, AnalyticsFixture.Path, key);
        var (_, second) = await _api.PostAsync(Batch, AnalyticsFixture.Path, key);

        Assert.That(first.GetProperty("accepted").GetInt32(), Is.EqualTo(2));
        Assert.That(second.GetProperty("duplicates").GetInt32(), Is.EqualTo(2));
    }

    [Test]
    public async Task A_gzipped_body_is_accepted()
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            await gzip.WriteAsync(Encoding.UTF8.GetBytes(Batch(50, _ => Guid.NewGuid().ToString())));
        }

        using var content = new ByteArrayContent(packed.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        content.Headers.ContentEncoding.Add("gzip");
        var (status, body) = await _api.PostAsync(content);

        Assert.That(status, Is.EqualTo(HttpStatusCode.Accepted));
        Assert.That(body.GetProperty("accepted").GetInt32(), Is.EqualTo(50));
    }

    [Test]
    public async Task More_events_than_the_limit_refuse_the_whole_batch()
    {
        var before = await _api.CountAsync();

        var (status, _) = await _api.PostAsync(Batch(2_001, _ => Guid.NewGuid().ToString()));

        Assert.That(status, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        Assert.That(await _api.CountAsync(), Is.EqualTo(before));
    }

    [Test]
    public async Task An_event_over_32_KB_is_rejected_alone()
    {
        var large = JsonSerializer.Serialize(new { offer_slug = "large", event_type = "b", junk = new string('x', 33_000) });

        var (status, body) = await _api.PostAsync($$"""[{"offer_slug":"a","event_type":"b"},{{large}}]""");

        Assert.That(status, Is.EqualTo(HttpStatusCode.MultiStatus));
        var results = body.GetProperty("results").EnumerateArray().ToArray();
        Assert.That(results[0].GetProperty("status").GetString(), Is.EqualTo("accepted"));
        Assert.That(results[1].GetProperty("code").GetString(), Is.EqualTo("too_large"));
    }

    private static string Batch(int size, Func<int, string> id) => JsonSerializer.Serialize(
        Enumerable.Range(0, size).Select(index => new
        {
            offer_slug = $"offer-{index % 7}",
            event_type = "impression",
            event_id = id(index),
            cart_total = index * 1.01m,
            metadata = new { presetId = $"preset-{index % 3}", index },
        }));
}
