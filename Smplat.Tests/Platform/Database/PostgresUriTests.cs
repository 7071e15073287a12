using FsCheck;
using FsCheck.Fluent;
using Npgsql;
using Smplat.Core.Platform.Database;
using Smplat.Tests.Support;

namespace Smplat.Tests.Platform.Database;

/// <summary>SMPLAT_DATABASE as hosting providers hand it out.</summary>
public sealed class PostgresUriTests
{
    [TestCase("postgres://u:p@db.example:6432/shop", "Host=db.example;Port=6432;Username=u;Password=p;Database=shop")]
    [TestCase("postgresql://u:p@db.example/shop", "Host=db.example;Username=u;Password=p;Database=shop")]
    [TestCase("POSTGRES://u@db.example", "Host=db.example;Username=u")]
    [TestCase("postgres://u%40corp:p%40ss%2Fw%3Ard%25@db/na%20me", "Host=db;Username=u@corp;Password=p@ss/w:rd%;Database=na me")]
    [TestCase("postgres://u:a+b;c=d@db/shop", "Host=db;Username=u;Password='a+b;c=d';Database=shop")]
    [TestCase("postgres://u:p@[::1]:5433/shop", "Host=::1;Port=5433;Username=u;Password=p;Database=shop")]
    [TestCase("postgres://u:p@[2001:db8::1]/shop", "Host=2001:db8::1;Username=u;Password=p;Database=shop")]
    [TestCase("postgres://u:p@a:1,b:2/shop?target_session_attrs=read-write", "Host=a:1,b:2;Username=u;Password=p;Database=shop;Target Session Attributes=read-write")]
    [TestCase("postgres:///shop?host=/var/run/postgresql&user=u", "Host=/var/run/postgresql;Username=u;Database=shop")]
    [TestCase("postgres://u@%2Fvar%2Frun%2Fpostgresql/shop", "Host=/var/run/postgresql;Username=u;Database=shop")]
    [TestCase("postgres://u:p@db/shop?sslmode=verify-full&sslrootcert=/ca.pem", "Host=db;Username=u;Password=p;Database=shop;SSL Mode=VerifyFull;Root Certificate=/ca.pem")]
    [TestCase("postgres://u:p@db/shop?sslmode=require&channel_binding=prefer", "Host=db;Username=u;Password=p;Database=shop;SSL Mode=Require;Channel Binding=Prefer")]
    [TestCase("postgres://u:p@db/shop?options=-c%20search_path%3Dx&connect_timeout=3", "Host=db;Username=u;Password=p;Database=shop;Options=-c search_path=x;Timeout=3")]
    [TestCase("postgres://u:p@db/shop?ssl=true", "Host=db;Username=u;Password=p;Database=shop;SSL Mode=Require")]
    public void A_uri_means_what_its_parts_say(string uri, string expected) =>
        Assert.That(
            SmplatDataSource.Settings(uri).EquivalentTo(new NpgsqlConnectionStringBuilder(expected)), Is.True, SmplatDataSource.Settings(uri).ConnectionString);

    [TestCase("postgres://u:secret@db:port/shop", "port")]
    [TestCase("postgres://u:secret@db:99999/shop", "port")]
    [TestCase("postgres://u:secret@db/shop?sslmode=perhaps", "sslmode")]
    [TestCase("postgres://u:secret@db/shop?connection_limit=5", "connection_limit")]
    [TestCase("postgres://u:100%secret@db/shop", "%25")]
    [TestCase("mysql://u:secret@db/shop", "postgres://USER:PASSWORD@HOST:5432/DATABASE")]
    [TestCase("db.example", "Host=")]
    public void What_cannot_be_read_is_refused_with_the_accepted_forms_and_without_the_password(string text, string expected)
    {
        var message = new DatabaseOptions { ConnectionString = text }.Validate(new(this)).Single().ErrorMessage;

        Assert.That(message, Does.Contain(expected).And.Contain("SMPLAT_DATABASE must be").And.Not.Contain("secret"));
    }

    [Test]
    public void Any_name_and_password_survive_percent_encoding() => Prop.ForAll<NonEmptyString, NonEmptyString>((name, password) =>
    {
        string Part(string text) => Uri.EscapeDataString(text.Replace("\0", "", StringComparison.Ordinal) + "x");
        var settings = SmplatDataSource.Settings($"postgres://{Part(name.Get)}:{Part(password.Get)}@db/{Part(name.Get)}");
        return settings.Username == Uri.UnescapeDataString(Part(name.Get))
            && settings.Password == Uri.UnescapeDataString(Part(password.Get))
            && settings.Database == settings.Username
            && settings.Host == "db";
    }).QuickCheckThrowOnFailure();

    [TestCase("postgres")]
    [TestCase("postgresql")]
    public async Task The_app_runs_on_a_database_named_by_a_uri(string scheme)
    {
        await using var database = await TestDatabase.CreateAsync();
        var named = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        var host = named.Host!.StartsWith('/') ? Uri.EscapeDataString(named.Host) : named.Host;
        var uri = $"{scheme}://{Uri.EscapeDataString(named.Username!)}:{Uri.EscapeDataString(named.Password ?? "")}@{host}:{named.Port}/{named.Database}?sslmode=prefer";

        await using var app = await SmplatApp.StartAsync(new Dictionary<string, string> { ["SMPLAT_DATABASE"] = uri });

        Assert.That(await app.Client.GetStringAsync("/api/v1/readyz"), Does.Contain("\"database\":{\"status\":\"ready\""));
    }
}
