using System.Net;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Access;
using Smplat.Functions;
using Smplat.Functions.Http;
using Smplat.Tests.Ops;
using Smplat.Tests.Support;

namespace Smplat.Tests.Access;

/// <summary>
/// Every route with every kind of caller. The table in <c>docs/access-routes.md</c> is made from what the functions declare, so
/// that a change of access is seen in a review; then each of its answers is checked over HTTP, and those of pages in a browser.
/// </summary>
public sealed partial class AccessTableTests
{
    private const string AnyId = "00000000-0000-0000-0000-000000000001";
    private const string Yes = "yes";
    private const string Login = "login";

    private static readonly string Page = Path.Combine(Repository.Root, "docs", "access-routes.md");
    private static readonly Guid Ada = Guid.Parse(AnyId);

    /// <summary>Who calls: the column, the key, the role of the member whom a token names, and the highest tier that is opened.</summary>
    private static readonly Who[] Callers =
    [
        new("nobody", null, null, AccessTier.Open),
        new("metrics", "metrics-key", null, AccessTier.Metrics),
        new("storefront", "storefront-key", null, AccessTier.Member),
        new("member", "storefront-key", "client", AccessTier.Member),
        new("operator", "operator-key", null, AccessTier.Operator),
        new("member by operator", "operator-key", "client", AccessTier.Member),
        new("admin", "admin-key", null, AccessTier.Admin),
        new("operator by admin", "admin-key", "finance", AccessTier.Operator),
    ];

    private static readonly Route[] Routes =
    [
        .. from type in typeof(SmplatHost).Assembly.GetTypes()
           from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
           let function = method.GetCustomAttribute<FunctionAttribute>()
           let trigger = method.GetParameters().Select(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>()).FirstOrDefault(found => found is not null)
           where function is not null && trigger is not null && function.Name != "AnswerPreflight"
           from verb in trigger.Methods!
           let path = "/" + trigger.Route!.TrimStart('/')
           orderby path, verb
           select new Route(
               verb.ToUpperInvariant(),
               path,
               FunctionTrait.TierOf(method.GetCustomAttribute<RequireKeyAttribute>()?.Scope, path),
               method.GetCustomAttribute<ForMemberAttribute>(),
               method.GetCustomAttribute<OpenToAllAttribute>()),
    ];

    private static readonly Dictionary<string, string> Settings = Enum.GetNames<RateCategory>()
        .ToDictionary(category => $"SMPLAT_RATE_{category.ToUpperInvariant()}", _ => "0")
        .Concat(new Dictionary<string, string>
        {
            ["SMPLAT_ENVIRONMENT"] = "production",
            ["CHECKOUT_API_KEY"] = "storefront-key",
            ["OPERATOR_API_KEY"] = "operator-key",
            ["ADMIN_API_KEY"] = "admin-key",
            ["METRICS_API_KEY"] = "metrics-key",
            ["MEMBER_TOKEN_SECRET"] = MemberToken.Secret,
            ["AUTH_LOCKOUT_SECRET"] = "a key of the hashes with enough characters",
            ["SMPLAT_OPS_SESSION_SECRET"] = OpsFixture.Secret,
            ["SMPLAT_OPS_LOGIN_ATTEMPTS"] = "100",
        })
        .ToDictionary();

    private SmplatApp _app = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _app = await SmplatApp.StartAsync(Settings);
        await _app.OwnDatabase!.ExecuteAsync(
            $"""
            insert into users (id, email) values ('{AnyId}', 'ada@example.com');
            insert into orders (id, order_number, user_id) values ('{AnyId}', 'SM-TEST', '{AnyId}');
            """);
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _app.DisposeAsync();

    [Test]
    public void The_table_in_the_docs_is_what_the_functions_declare()
    {
        var table = WriteTable();
        if (TestSettings.WritesAccess)
        {
            File.WriteAllText(Page, table);
        }

        Assert.That(
            File.ReadAllLines(Page), Is.EqualTo(table.TrimEnd('\n').Split('\n')), "Access has changed: look at it, and run `just access`.");
    }

    [Test]
    public async Task Every_route_answers_every_caller_as_the_table_says()
    {
        var failures = new List<string>();
        foreach (var route in Routes.Where(route => !route.IsPage))
        {
            var anonymous = 0;
            foreach (var who in Callers)
            {
                var status = await CallAsync(route, who.Key, who.Token());
                anonymous = who.Key is null ? status : anonymous;
                var expected = Expected(route, who);
                var isAsExpected = route.Tier == AccessTier.Open ? status == anonymous
                    : expected == Yes ? status is not (401 or 403)
                    : status.ToString(System.Globalization.CultureInfo.InvariantCulture) == expected;
                if (!isAsExpected)
                {
                    failures.Add($"{route.Method} {route.Path} answered {who.Name} {status} instead of {expected}");
                }
            }
        }

        Assert.That(failures, Is.Empty, string.Join(Environment.NewLine, failures));
    }

    [Test]
    public async Task A_wrong_key_or_token_is_refused_wherever_one_is_needed()
    {
        var failures = new List<string>();
        foreach (var route in Routes.Where(route => !route.IsPage))
        {
            var isChecked = route.Tier != AccessTier.Open;
            var wrongKey = await CallAsync(route, "no-such-key", null);
            var oldToken = isChecked ? await CallAsync(route, "admin-key", MemberToken.Create(Ada, new FixedClock(), "admin")) : 401;
            if (((isChecked || route.RefusesWrongKey) && wrongKey != 401) || oldToken != 401)
            {
                failures.Add($"{route.Method} {route.Path}: wrong key {wrongKey}, expired token {oldToken}");
            }
        }

        Assert.That(failures, Is.Empty, string.Join(Environment.NewLine, failures));
    }

    [Test]
    public async Task Where_a_route_is_about_a_member_a_token_opens_only_the_members_own()
    {
        var routes = Routes.Where(route => route.Member?.Parameter is not null).ToArray();
        var other = MemberToken.Create(Guid.NewGuid(), TimeProvider.System, "client");

        Assert.That(routes.Select(route => route.Member!.IsOrder).Distinct(), Is.EquivalentTo(new[] { true, false }));
        foreach (var route in routes)
        {
            Assert.That(await CallAsync(route, "storefront-key", other), Is.EqualTo(403), route.Path);
            Assert.That(await CallAsync(route, "operator-key", other), Is.EqualTo(403), route.Path);
            Assert.That(await CallAsync(route, "storefront-key", MemberToken.Create(Ada, TimeProvider.System)), Is.Not.EqualTo(403), route.Path);
        }
    }

    [Test]
    public async Task Pages_open_with_a_session_of_an_operator_only()
    {
        var failures = new List<string>();
        var operators = await SessionAsync("operator-key");
        var admins = await SessionAsync("admin-key");
        foreach (var route in Routes.Where(route => route.IsPage && route.Tier == AccessTier.Operator))
        {
            foreach (var key in new[] { null, "storefront-key", "operator-key", "admin-key" })
            {
                Check(route, $"without a session, key {key}", await SendAsync(route, key, null, null), isOpen: false);
            }

            Check(route, "with a forged session", await SendAsync(route, null, null, "smplat-ops=b3BlcmF0b3J8eHwxfDI.AAAA"), isOpen: false);
            if (route.Method == "GET")
            {
                Check(route, "an operator", await SendAsync(route, null, null, operators), isOpen: true);
                Check(route, "an administrator", await SendAsync(route, null, null, admins), isOpen: true);
            }
            else
            {
                using var forged = await SendAsync(route, null, null, operators);
                if (forged.StatusCode != HttpStatusCode.Forbidden)
                {
                    failures.Add($"{route.Method} {route.Path} without the token of its form: {(int)forged.StatusCode}");
                }
            }
        }

        Assert.That(failures, Is.Empty, string.Join(Environment.NewLine, failures));

        void Check(Route route, string who, HttpResponseMessage answer, bool isOpen)
        {
            using (answer)
            {
                var isLogin = answer.StatusCode == HttpStatusCode.SeeOther
                    && answer.Headers.Location!.ToString().StartsWith("/ops/login", StringComparison.Ordinal);
                if (isLogin == isOpen || (isOpen && answer.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.NotFound)))
                {
                    failures.Add($"{route.Method} {route.Path} {who}: {(int)answer.StatusCode}");
                }
            }
        }
    }

    [TestCase("storefront-key")]
    [TestCase("metrics-key")]
    public async Task A_key_of_another_tier_begins_no_session(string key) => Assert.That(await SessionAsync(key), Is.Empty);

    [Test]
    public async Task In_a_browser_every_page_leads_to_the_login_first_and_opens_after_it()
    {
        await using var browser = await Browser.LaunchAsync();
        // Without TLS a browser keeps the cookies of a local run only.
        await using var ops = await OpsFixture.StartAsync(new() { ["CHECKOUT_API_KEY"] = "storefront-key" });
        var page = await browser.OpenAsync(1280, 900);
        var pages = Routes.Where(route => route.IsPage && route.Tier == AccessTier.Operator && route.Method == "GET").ToArray();
        foreach (var route in pages)
        {
            await page.GotoAsync(Address(route));
            Assert.That(new Uri(page.Url).AbsolutePath, Is.EqualTo("/ops/login"), route.Path);
        }

        await page.FillAsync("#key", "storefront-key");
        await page.ClickAsync("button.primary");
        Assert.That(await page.InnerTextAsync("#problem"), Is.EqualTo("This is not an operator key."));
        await page.FillAsync("#key", OpsFixture.OperatorKey);
        await page.ClickAsync("button.primary");
        await page.WaitForURLAsync(url => !url.Contains("/ops/login", StringComparison.Ordinal));
        foreach (var route in pages)
        {
            var answer = await page.GotoAsync(Address(route));
            Assert.That(new Uri(page.Url).AbsolutePath, Is.EqualTo(new Uri(Address(route)).AbsolutePath), route.Path);
            Assert.That(answer!.Status, Is.EqualTo(200).Or.EqualTo(404), route.Path);
        }

        string Address(Route route) => new Uri(ops.Client.BaseAddress!, route.Filled).ToString();
    }

    private static string WriteTable()
    {
        string[] head =
        [
            "# Routes and tiers",
            "",
            "Made from the declarations of the functions by `just access`; a test calls every route with every caller. [Access](access.md) explains the",
            "tiers. `member` is a storefront's key with the token of a member, `member by operator` and `operator by admin` are keys with the token of",
            "somebody of a lower tier. `own` opens what belongs to the member; `login` sends a browser to the login, `session` opens with a session.",
            "",
            $"| Method | Route | Tier | {string.Join(" | ", Callers.Select(who => who.Name))} |",
            $"| --- | --- | --- |{string.Concat(Callers.Select(_ => " --- |"))}",
        ];
        return string.Concat(head.Concat(Routes.Select(WriteRow)).Select(line => line + "\n"));
    }

    private static string WriteRow(Route route)
    {
        var answers = Callers.Select(who => route.IsPage && route.Tier == AccessTier.Operator
            ? who.Role is null && who.Tier >= AccessTier.Operator ? "session" : Login
            : Expected(route, who) == Yes && who.Role == "client" && route.Member?.Parameter is not null ? "own" : Expected(route, who));
        return $"| {route.Method} | `{route.Path}` | {(route.IsSigned ? "signed" : route.Tier.Label())} | {string.Join(" | ", answers)} |";
    }

    /// <summary>What the tiers mean, written down once more and independently of the code that decides.</summary>
    private static string Expected(Route route, Who who)
    {
        if (route.Tier == AccessTier.Open)
        {
            return Yes;
        }

        if (who.Key is null)
        {
            return "401";
        }

        // Metrics are beside the other tiers: a storefront may read them, a member may not.
        var isOpen = route.Tier switch
        {
            AccessTier.Metrics => who.Role is null || who.Tier >= AccessTier.Operator,
            AccessTier.Member => who.Tier >= AccessTier.Member && (who.Role != "client" || route.Member is not null),
            AccessTier.Operator => who.Tier >= AccessTier.Operator,
            _ => who.Tier >= AccessTier.Admin,
        };
        return !isOpen ? "403" : route.Member?.IsTokenRequired == true && who.Role is null ? "401" : Yes;
    }

    private async Task<int> CallAsync(Route route, string? key, string? token)
    {
        using var answer = await SendAsync(route, key, token, null);
        return (int)answer.StatusCode;
    }

    private async Task<HttpResponseMessage> SendAsync(Route route, string? key, string? token, string? cookie)
    {
        using var request = new HttpRequestMessage(new HttpMethod(route.Method), route.Filled);
        if (key is not null)
        {
            request.Headers.Add("X-API-Key", key);
        }

        if (token is not null)
        {
            request.Headers.Add(AccessMiddleware.TokenHeader, token);
        }

        if (cookie is not null)
        {
            request.Headers.Add("Cookie", cookie);
        }

        if (route.Method is not ("GET" or "DELETE"))
        {
            request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
        }

        return await _app.Client.SendAsync(request);
    }

    /// <summary>The cookie of a session; empty when the key begins none.</summary>
    private async Task<string> SessionAsync(string key)
    {
        using var form = await _app.Client.GetAsync("/ops/login");
        var visit = form.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        using var request = new HttpRequestMessage(HttpMethod.Post, "/ops/login")
        {
            Content = new FormUrlEncodedContent([new("form_token", OpsFixture.TokenIn(await form.Content.ReadAsStringAsync())), new("key", key)]),
        };
        request.Headers.Add("Cookie", visit);
        using var answer = await _app.Client.SendAsync(request);
        return answer.Headers.TryGetValues("Set-Cookie", out var cookies)
            ? cookies.FirstOrDefault(cookie => cookie.StartsWith("smplat-ops=", StringComparison.Ordinal))?.Split(';')[0] ?? ""
            : "";
    }

    /// <param name="Role">The role in a member token; null for no token.</param>
    private sealed record Who(string Name, string? Key, string? Role, AccessTier Tier)
    {
        public string? Token() => Role is null ? null : MemberToken.Create(Ada, TimeProvider.System, Role);
    }

    private sealed partial record Route(string Method, string Path, AccessTier Tier, ForMemberAttribute? Member, OpenToAllAttribute? Open)
    {
        public bool IsPage => Path == "/ops" || Path.StartsWith("/ops/", StringComparison.Ordinal);

        public bool IsSigned => Open?.Signature is not null;

        public bool RefusesWrongKey => Open?.RefuseWrongKey ?? false;

        public string Filled => Parameter().Replace(Path, AnyId);

        [GeneratedRegex(@"\{[^}]+\}")]
        private static partial Regex Parameter();
    }
}
