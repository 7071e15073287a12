using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;
using Smplat.Tests.Support;

namespace Smplat.Tests.Http;

/// <summary>
/// The app matches the document: bodies are read by their schemas, and every answer fits the schema of its status.
/// Each request of these tests checks its answer.
/// </summary>
public sealed class ApiContractTests
{
    private const string AnyId = "00000000-0000-0000-0000-000000000001";
    private const string ContentSecret = "content-secret";

    private static readonly Dictionary<string, string> Settings = Enum.GetNames<RateCategory>()
        .ToDictionary(category => $"SMPLAT_RATE_{category.ToUpperInvariant()}", _ => "100000")
        .Append(KeyValuePair.Create("PAYLOAD_REVALIDATE_SECRET", ContentSecret))
        .ToDictionary();

    private SmplatApp _app = null!;
    private ApiContract _contract = null!;
    private List<string> _failures = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _app = await SmplatApp.StartAsync(Settings);
        _contract = ApiContract.Of(_app.Services.GetRequiredService<ApiCatalog>());
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _app.DisposeAsync();

    [SetUp]
    public void Begin() => _failures = [];

    [Test]
    public async Task Leaving_out_is_refused_for_required_members_only()
    {
        var refused = 0;
        await ForEachMemberAsync(async (call, member) =>
        {
            var body = call.Without(member.Path);
            var isAllowed = _contract.Errors(call.Schema, body).Count == 0;
            var (isNamed, answer) = await RefusesAsync(call.Operation, body, member.Name);
            refused += isNamed ? 1 : 0;

            // If one of several members is required, the refusal names the first.
            var isInGroup = !isAllowed && !member.IsRequired;
            if (isInGroup ? answer[..3] is not ("400" or "422") : isNamed == isAllowed)
            {
                _failures.Add($"{call.Operation} without {member.Pointer}: {answer}");
            }
        });

        AssertNoFailure();
        Assert.That(refused, Is.GreaterThan(40));
    }

    [Test]
    public async Task A_value_that_breaks_the_schema_is_refused()
    {
        var refused = 0;
        await ForEachMemberAsync(async (call, member) =>
        {
            if (member.Schema["x-ignored-when-unusable"] is not null
                || (member.Schema["x-read-conditionally"] is not null && !call.Has(member.Path)))
            {
                return;
            }

            foreach (var wrong in WrongValues(_contract.Follow(member.Schema)))
            {
                var body = call.With(member.Path, wrong);
                if (_contract.Errors(call.Schema, body).Count == 0)
                {
                    _failures.Add($"{call.Operation} {member.Pointer}: the schema takes {wrong}");
                }

                var (isNamed, answer) = await RefusesAsync(call.Operation, body, member.Name);
                refused++;
                if (!isNamed && !(answer.StartsWith("400", StringComparison.Ordinal) && member.Name == "eventType"))
                {
                    _failures.Add($"{call.Operation} {member.Pointer} = {Short(wrong)}: {answer}");
                }
            }
        });

        AssertNoFailure();
        Assert.That(refused, Is.GreaterThan(300));
    }

    [Test]
    public async Task Null_is_refused_only_where_the_schema_has_none()
    {
        await ForEachMemberAsync(async (call, member) =>
        {
            var body = call.With(member.Path, "null");
            var isAllowed = _contract.Errors(call.Schema, body).Count == 0;
            var (isNamed, answer) = await RefusesAsync(call.Operation, body, member.Name);
            if (isNamed && isAllowed)
            {
                _failures.Add($"{call.Operation} {member.Pointer} = null: {answer}");
            }
        });

        AssertNoFailure();
    }

    [Test]
    public async Task Parameters_are_read_by_their_schemas()
    {
        foreach (var operation in _contract.Operations.Where(operation => operation.Parameters.Any()))
        {
            foreach (var parameter in operation.Parameters)
            {
                var (name, place) = (parameter["name"]!.GetValue<string>(), parameter["in"]!.GetValue<string>());
                var schema = _contract.Follow(parameter["schema"]!);
                if (place == "path")
                {
                    await ExpectAsync(operation, Address(operation, (name, "no-uuid")), name, schema["format"]?.GetValue<string>() == "uuid");
                }
                else if (place == "query" && !operation.Path.StartsWith("/trust-preview", StringComparison.Ordinal))
                {
                    await ExpectAsync(operation, Address(operation, leaveOut: name), name, parameter["required"]!.GetValue<bool>());
                    foreach (var wrong in WrongTexts(schema))
                    {
                        await ExpectAsync(operation, Address(operation, leaveOut: name, extra: $"{name}={Uri.EscapeDataString(wrong)}"), name, true);
                    }
                }
            }
        }

        AssertNoFailure();
    }

    [Test]
    public async Task Every_answer_to_a_reader_fits_the_document()
    {
        var succeeded = 0;
        foreach (var operation in _contract.Operations.Where(operation => operation.Method == "GET"))
        {
            var status = (await SendAsync(operation, Address(operation), null)).Status;
            succeeded += status == 200 ? 1 : 0;
        }

        AssertNoFailure();
        Assert.That(succeeded, Is.GreaterThan(25));
    }

    [Test]
    public async Task The_answers_along_an_order_fit_the_document()
    {
        var order = await CallAsync("CreateOrder", 201, _contract.Operations.Single(operation => operation.Id == "CreateOrder").Body!["example"]!.ToJsonString());
        var id = order.GetProperty("id").GetString()!;
        await CallAsync("GetOrder", 200, null, ("orderId", id));
        await CallAsync("GetOrderProgress", 200, null, ("orderId", id));
        await CallAsync("GetCheckout", 200, null, ("orderId", id));
        await CallAsync("ReportCheckoutEvent", 200, """{"stage":"payment","status":"waiting"}""", ("orderId", id));
        var journey = await CallAsync("StartOnboarding", 200, """{"referralCode":"FRIEND10"}""", ("orderId", id));
        await CallAsync("GetOnboarding", 200, null, ("orderId", id));
        await CallAsync("CopyReferral", 202, """{"referral_code":"FRIEND10"}""", ("orderId", id));
        await CallAsync("AddOnboardingArtifact", 201, """{"label":"Logo"}""", ("orderId", id));
        await CallAsync("GetJourney", 200, null, ("journeyId", journey.GetProperty("id").GetString()!));
        await CallAsync("ListJourneys", 200, null);
        await CallAsync("ChangeOrderStatus", 200, """{"status":"on_hold","actor":"operator","reason":"asked"}""", ("orderId", id));
        await CallAsync("ListOrderStatusChanges", 200, null, ("orderId", id));

        AssertNoFailure();
    }

    [Test]
    public async Task The_answers_of_the_main_calls_fit_the_document()
    {
        var routed = await CallAsync("RouteOrder", 200, Example("RouteOrder"));
        await CallAsync("RouteOrder", 200, """{"action":"health_check"}""");
        await CallAsync("RouteOrder", 400, """{"items":[]}""");
        var token = routed.GetProperty("confirmationToken").GetString();
        await CallAsync("ConfirmOrder", 200, $$"""{"confirmationToken":"{{token}}","userId":"user-1"}""");
        await CallAsync("ConfirmOrder", 200, Example("ConfirmOrder"));
        await CallAsync("CancelOrder", 200, $$"""{"confirmationToken":"{{token}}","userId":"user-1"}""");
        await CallAsync("RecordOutcome", 200, Example("RecordOutcome"));
        await CallAsync("ResolveTrust", 200, Example("ResolveTrust"));
        await CallAsync("PurgeTrustMetrics", 200, Example("PurgeTrustMetrics"));
        const string good = """{"offer_slug":"o","event_type":"impression"}""";
        await CallAsync("RecordOfferEvents", 202, good);
        await CallAsync("RecordOfferEvents", 202, """{"offer_slug":"o","event_type":"impression","occurred_at":"2999-01-01T00:00:00Z"}""");
        await CallAsync("RecordOfferEvents", 202, $"[{good},{good}]");
        await CallAsync("RecordOfferEvents", 207, $$"""{"batch":[{{good}},{"offer_slug":1}]}""");
        await CallAsync("RecordStorefrontOfferEvents", 202, Example("RecordStorefrontOfferEvents"));
        await CallAsync("ListRejectedEvents", 200, null);
        await CallAsync("SetBanner", 200, Example("SetBanner"));
        await CallAsync("GetBanner", 200, null);
        await CallAsync("RunJob", 200, Example("RunJob"), ("jobId", "retention"));
        await CallAsync("ListJobRuns", 200, null);
        await CallAsync("ListJobs", 200, null);

        AssertNoFailure();
    }

    private void AssertNoFailure() =>
        Assert.That(_failures, Is.Empty, string.Join(Environment.NewLine, _failures.Distinct().Take(40)));

    private async Task ForEachMemberAsync(Func<Call, Member, Task> check)
    {
        foreach (var operation in _contract.Operations.Where(operation => operation.Body is not null && operation.Id != "TakeMealMeWebhook"))
        {
            var example = operation.Body!["example"]!;
            var call = new Call(operation, operation.Body["schema"]!, example);
            foreach (var member in Members(call.Schema, example, []))
            {
                await check(call, member);
            }
        }
    }

    /// <summary>All members that the schema declares for objects in the example.</summary>
    private IEnumerable<Member> Members(JsonNode schema, JsonNode value, string[] path)
    {
        var found = _contract.Follow(schema);
        if (found["anyOf"] is JsonArray choices)
        {
            found = choices.Select(choice => _contract.Follow(choice!)).First(choice => _contract.Errors(choice, value.ToJsonString()).Count == 0);
        }

        if (value is JsonArray list && list.Count > 0 && found["items"] is { } entry)
        {
            return Members(entry, list[0]!, [.. path, "0"]);
        }

        return value is JsonObject owner && found["properties"] is JsonObject properties
            ? properties.SelectMany(property =>
            {
                string[] place = [.. path, property.Key];
                var isRequired = found["required"]?.AsArray().Any(name => name!.GetValue<string>() == property.Key) == true;
                var member = new Member(place, property.Value!.AsObject(), isRequired);
                return owner[property.Key] is { } inner ? Members(property.Value!, inner, place).Prepend(member) : [member];
            })
            : [];
    }

    /// <summary>Values that the schema does not allow: of another type, and just outside each limit.</summary>
    private IEnumerable<string> WrongValues(JsonObject schema)
    {
        if (schema["anyOf"] is JsonArray choices)
        {
            var kinds = choices.Select(choice => _contract.Follow(choice!)["type"]?.GetValue<string>()).ToArray();
            return kinds.Contains("object") ? ["true"] : ["{}"];
        }

        string type = schema["type"] switch
        {
            JsonArray several => several[0]!.GetValue<string>(),
            { } one => one.GetValue<string>(),
            null => "any",
        };
        var values = new List<string>(type switch
        {
            "string" => ["{}", "5"],
            "integer" or "number" => ["\"many\"", "{}"],
            "boolean" => ["\"perhaps\"", "{}"],
            "object" => ["\"text\"", "[]"],
            "array" => ["5", "{}"],
            _ => [],
        });
        if (schema["enum"] is not null)
        {
            values.Add("\"no such word\"");
        }

        if (schema["format"]?.GetValue<string>() is "uuid" or "date-time" or "uri" or "email")
        {
            values.Add("\"neither\"");
        }

        if (schema["minimum"] is { } min)
        {
            values.Add((min.GetValue<decimal>() - 1).ToString(CultureInfo.InvariantCulture));
        }

        if (schema["maximum"] is { } max)
        {
            values.Add((max.GetValue<decimal>() + 1).ToString(CultureInfo.InvariantCulture));
        }

        if (type == "string" && schema["minLength"] is not null)
        {
            values.Add("\"\"");
        }

        if (type == "string" && schema["maxLength"] is { } longest)
        {
            values.Add($"\"{new string('a', longest.GetValue<int>() + 1)}\"");
        }

        if (type == "array" && schema["minItems"] is not null)
        {
            values.Add("[]");
        }

        if (type == "array" && schema["maxItems"] is { } most)
        {
            values.Add($"[{string.Join(',', Enumerable.Repeat("{}", most.GetValue<int>() + 1))}]");
        }

        return values;
    }

    private IEnumerable<string> WrongTexts(JsonObject schema) => WrongValues(schema)
        .Select(value => JsonNode.Parse(value))
        .Where(value => value is JsonValue && schema["type"]!.ToJsonString() is not "\"array\"")
        .Select(value => value!.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString())
        // In a query string everything is text.
        .Where(text => text.Length > 0 && !(schema["type"]!.ToJsonString() == "\"string\"" && text == "5" && schema["enum"] is null && schema["format"] is null));

    private async Task ExpectAsync(ApiContract.Operation operation, string address, string name, bool isRefused)
    {
        var (isNamed, answer) = await RefusesAsync(operation, operation.Body?["example"]?.ToJsonString(), name, address);
        if (isNamed != isRefused)
        {
            _failures.Add($"{operation} at {address}: {answer}");
        }
    }

    /// <summary>Whether the answer is a refusal that names the member.</summary>
    private async Task<(bool IsNamed, string Answer)> RefusesAsync(
        ApiContract.Operation operation, string? body, string name, string? address = null)
    {
        var (status, text) = await SendAsync(operation, address ?? Address(operation), body);
        var isNamed = status is 400 or 422 && (text.Contains($"\"{name}\"", StringComparison.OrdinalIgnoreCase)
            || text.Replace("_", "", StringComparison.Ordinal).Contains($"\"{name}\"", StringComparison.OrdinalIgnoreCase)
            || (status == 400 && text.Contains(name, StringComparison.Ordinal)));
        return (isNamed, $"{status} {Short(text)}");
    }

    private async Task<JsonElement> CallAsync(string id, int expected, string? body, params (string Name, string Value)[] path)
    {
        var operation = _contract.Operations.Single(known => known.Id == id);
        var (status, text) = await SendAsync(operation, Address(operation, path), body);
        if (status != expected)
        {
            _failures.Add($"{id}: {status} {Short(text)}");
        }

        return text.Length > 0 && text[0] is '{' or '[' ? JsonDocument.Parse(text).RootElement : default;
    }

    private async Task<(int Status, string Text)> SendAsync(ApiContract.Operation operation, string address, string? body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(operation.Method), address);
        request.Headers.Add("x-payload-signature", ContentSecret);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        using var answer = await _app.Client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        _failures.AddRange(_contract.AnswerErrors(operation, (int)answer.StatusCode, MediaType(answer.Content.Headers), text)
            .Select(error => $"{operation} answered {(int)answer.StatusCode} {Short(text)}: {error}"));
        return ((int)answer.StatusCode, text);
    }

    private static string? MediaType(HttpContentHeaders headers) => headers.ContentType?.MediaType;

    /// <summary>The path of the operation with unknown ids, and its required query.</summary>
    private static string Address(ApiContract.Operation operation, params (string Name, string Value)[] path) =>
        Address(operation, null, null, path);

    private static string Address(
        ApiContract.Operation operation, string? leaveOut, string? extra = null, params (string Name, string Value)[] path)
    {
        var address = operation.Parameters.Where(parameter => parameter["in"]!.GetValue<string>() == "path")
            .Select(parameter => parameter["name"]!.GetValue<string>())
            .Aggregate(operation.Path, (text, name) => text.Replace(
                $"{{{name}}}",
                path.Where(given => given.Name == name).Select(given => given.Value).FirstOrDefault() ?? AnyId,
                StringComparison.Ordinal));
        var query = operation.Parameters
            .Where(parameter => parameter["in"]!.GetValue<string>() == "query" && parameter["required"]!.GetValue<bool>())
            .Select(parameter => parameter["name"]!.GetValue<string>())
            .Where(name => name != leaveOut)
            .Select(name => $"{name}={AnyId}")
            .Concat(extra is null ? [] : [extra])
            .ToArray();
        return query.Length == 0 ? address : $"{address}?{string.Join('&', query)}";
    }

    private string Example(string id) => _contract.Operations.Single(operation => operation.Id == id).Body!["example"]!.ToJsonString();

    private static string Short(string text) => text.Length <= 300 ? text : text[..300] + "…";

    private sealed record Member(string[] Path, JsonObject Schema, bool IsRequired)
    {
        public string Name => Path[^1];

        public string Pointer => string.Join('.', Path);
    }

    private sealed record Call(ApiContract.Operation Operation, JsonNode Schema, JsonNode Example)
    {
        public bool Has(string[] path) => Owner(Example, path)?[path[^1]] is not null;

        public string Without(string[] path)
        {
            var body = Example.DeepClone();
            Owner(body, path)!.Remove(path[^1]);
            return body.ToJsonString();
        }

        public string With(string[] path, string value)
        {
            var body = Example.DeepClone();
            Owner(body, path)![path[^1]] = JsonNode.Parse(value);
            return body.ToJsonString();
        }

        private static JsonObject? Owner(JsonNode body, string[] path) => path[..^1]
            .Aggregate(body, (node, step) => node is JsonArray list ? list[int.Parse(step, CultureInfo.InvariantCulture)]! : node[step]!) as JsonObject;
    }
}
