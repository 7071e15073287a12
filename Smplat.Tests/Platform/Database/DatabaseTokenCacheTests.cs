using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Npgsql;
using Smplat.Core.Platform.Database;
using Smplat.Tests.Support;

namespace Smplat.Tests.Platform.Database;

/// <summary>
/// Connecting to Postgres by identity, with a token as the password. The test server checks passwords, so a role whose
/// password is the token stands in for the token check of Azure.
/// </summary>
[NonParallelizable]
public sealed class DatabaseIdentityTests
{
    [Test]
    public async Task A_connection_uses_the_current_token_as_its_password()
    {
        await using var database = await TestDatabase.CreateAsync();
        var role = await RoleAsync(database, "token-1");
        var clock = new FixedClock();
        var source = new Tokens(clock, "token-1", "token-2");
        using var identity = new DatabaseTokenCache(source, clock);
        await using var connections = SmplatDataSource.Create(Options(database, role), null, identity);

        Assert.That(await WhoAsync(connections), Is.EqualTo(role));

        await database.DataSource.CreateCommand($"alter role {role} password 'token-2'").ExecuteNonQueryAsync();
        connections.Clear();
        clock.Advance(TimeSpan.FromMinutes(56));

        Assert.That(await WhoAsync(connections), Is.EqualTo(role), "a token that is about to expire is replaced");
        Assert.That(source.Fetched, Is.EqualTo(2));
    }

    [Test]
    public async Task Connections_that_open_together_share_one_token()
    {
        var clock = new FixedClock();
        var source = new Tokens(clock, "one", "two");
        using var identity = new DatabaseTokenCache(source, clock);

        var tokens = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => identity.GetAsync(CancellationToken.None).AsTask()));

        Assert.That(tokens, Is.All.EqualTo("one"));
        Assert.That(source.Fetched, Is.EqualTo(1));
    }

    [Test]
    public async Task The_whole_app_runs_on_the_token_of_its_managed_identity()
    {
        await using var database = await TestDatabase.CreateAsync();
        var role = await RoleAsync(database, "the-token");
        await using var endpoint = await ServeTokenAsync("the-token");
        Environment.SetEnvironmentVariable("IDENTITY_ENDPOINT", new Uri(new Uri(endpoint.Urls.First()), "msi/token").ToString());
        Environment.SetEnvironmentVariable("IDENTITY_HEADER", "proof");
        try
        {
            await using var app = await SmplatApp.StartAsync(new Dictionary<string, string>
            {
                ["SMPLAT_DATABASE"] = Options(database, role).ConnectionString!,
                ["SMPLAT_DATABASE_IDENTITY"] = "true",
            });

            using var ready = await app.Client.GetAsync("/api/v1/readyz?strict=true");
            await using var command = database.DataSource.CreateCommand($"select count(*) from pg_stat_activity where usename = '{role}'");
            var sessions = (long)(await command.ExecuteScalarAsync())!;

            Assert.That(ready.IsSuccessStatusCode, Is.True, await ready.Content.ReadAsStringAsync());
            Assert.That(sessions, Is.Positive);
        }
        finally
        {
            Environment.SetEnvironmentVariable("IDENTITY_ENDPOINT", null);
            Environment.SetEnvironmentVariable("IDENTITY_HEADER", null);
        }
    }

    [TestCase("Host=127.0.0.1;Username=id-smplat;Password=secret")]
    [TestCase("Host=127.0.0.1")]
    public void A_password_beside_the_identity_or_no_user_is_refused(string connection) =>
        Assert.That(
            new DatabaseOptions { ConnectionString = connection, UsesIdentity = true }.Validate(new(new object())).Select(problem => problem.ErrorMessage),
            Has.One.Contains("SMPLAT_DATABASE_IDENTITY"));

    [TestCase("db.example.com", SslMode.Require)]
    [TestCase("127.0.0.1", SslMode.Prefer)]
    public void A_token_never_crosses_a_network_unencrypted(string host, SslMode expected)
    {
        var options = new DatabaseOptions { ConnectionString = $"Host={host};Username=id", UsesIdentity = true };
        using var identity = new DatabaseTokenCache(new Tokens(TimeProvider.System), TimeProvider.System);
        using var source = SmplatDataSource.Create(options, null, identity);

        Assert.That(new NpgsqlConnectionStringBuilder(source.ConnectionString).SslMode, Is.EqualTo(expected));
    }

    private static DatabaseOptions Options(TestDatabase database, string role) => new()
    {
        ConnectionString = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Username = role, Password = null }.ConnectionString,
        UsesIdentity = true,
    };

    private static async Task<string> RoleAsync(TestDatabase database, string password)
    {
        var role = $"id_{Guid.NewGuid():N}";
        await database.DataSource.CreateCommand($"create role {role} login superuser password '{password}'").ExecuteNonQueryAsync();
        return role;
    }

    private static async Task<string> WhoAsync(NpgsqlDataSource connections)
    {
        await using var command = connections.CreateCommand("select current_user::text");
        return (string)(await command.ExecuteScalarAsync())!;
    }

    private static async Task<WebApplication> ServeTokenAsync(string token)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(context => context.Response.WriteAsync(
            $$"""{"access_token":"{{token}}","expires_on":"9999999999","resource":"https://ossrdbms-aad.database.windows.net","token_type":"Bearer"}"""));
        await app.StartAsync();
        return app;
    }

    private sealed class Tokens(TimeProvider clock, params string[] texts) : IDatabaseTokenSource
    {
        public int Fetched { get; private set; }

        public async Task<DatabaseToken> FetchAsync(CancellationToken cancellationToken)
        {
            await Task.Yield();
            return new(texts[Fetched++], clock.GetUtcNow().AddHours(1));
        }
    }
}
