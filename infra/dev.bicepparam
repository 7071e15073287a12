using 'main.bicep'

param environmentName = 'smplat-dev'
param location = 'eastus2'
param appEnvironment = 'development'
param frontendUrl = 'https://dev.example.com'
param databasePassword = readEnvironmentVariable('DATABASE_PASSWORD')
param alertEmail = 'operations@example.com'

// What the app uses. A value comes from the environment variable of that name; without one the vault keeps what it has.
param secretValues = {
  'checkout-api-key': readEnvironmentVariable('CHECKOUT_API_KEY', '')
  'operator-api-key': readEnvironmentVariable('OPERATOR_API_KEY', '')
  'admin-api-key': readEnvironmentVariable('ADMIN_API_KEY', '')
  'metrics-api-key': readEnvironmentVariable('METRICS_API_KEY', '')
  'smplat-link-secret': readEnvironmentVariable('SMPLAT_LINK_SECRET', '')
  'smplat-ops-session-secret': readEnvironmentVariable('SMPLAT_OPS_SESSION_SECRET', '')
  'auth-lockout-secret': readEnvironmentVariable('AUTH_LOCKOUT_SECRET', '')
  'mealme-api-key': readEnvironmentVariable('MEALME_API_KEY', '')
  'instacart-api-key': readEnvironmentVariable('INSTACART_API_KEY', '')
}
param namesInVault = 'checkout-api-key,operator-api-key,admin-api-key,metrics-api-key,smplat-link-secret,smplat-ops-session-secret,auth-lockout-secret,mealme-api-key,instacart-api-key'
// Invented prices are for local runs only: the aggregators are used with test credentials, the direct vendors stay off.
param settings = {
  KROGER_ENV: 'sandbox'
  TRUST_CONTENT_ENVIRONMENT: 'development'
}
